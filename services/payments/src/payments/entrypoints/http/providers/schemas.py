"""What is said about providers and policies. Secrets go in and never come out."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.http import KnownCountry, StrictModel
from chassis.http import Reason as Why
from contracts.money import AmountMinor, KnownCurrency
from payments.application.ports import Category
from payments.domain.withdrawal.destination import DestinationKind

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
FeeMinor = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Text = Annotated[str, StringConstraints(max_length=8_192)]


def _each_once(codes: list[str]) -> list[str]:
    twice = sorted({one for one in codes if codes.count(one) > 1})
    if twice:
        raise PydanticCustomError("named_twice", "Name each currency once: {twice}.", {"twice": ", ".join(twice)})
    return codes


class Bounds(StrictModel):
    """How little and how much is paid in at once, both included; null: as little as its provider takes, and about
    100,000 euros.
    """

    min_minor: AmountMinor | None = None
    max_minor: AmountMinor | None = None


FeesMinor = Annotated[dict[KnownCurrency, FeeMinor], Field(max_length=200)]


def _check_order(least: dict[str, int], most: dict[str, int]) -> None:
    for currency, minor in least.items():
        if minor > most.get(currency, minor):
            raise PydanticCustomError("fee_bounds", "The least is not above the most.", {"currency": currency})


class PlayerFeeTerms(StrictModel):
    """What the player pays the casino. Amounts are by currency, in minor units."""

    bps: Annotated[int, Field(strict=True, ge=0, le=10_000)] = Field(
        default=0, description="Of the amount, in hundredths of a percent; parts of a minor unit are left to him"
    )
    fixed_minor: FeesMinor = Field(default={}, description="Beside that")
    min_minor: FeesMinor = Field(default={}, description="The least of both together")
    max_minor: FeesMinor = Field(default={}, description="The most of both together")

    @model_validator(mode="after")
    def _in_order(self) -> "PlayerFeeTerms":
        _check_order(self.min_minor, self.max_minor)
        return self


class Terms(StrictModel):
    """On which terms a method of paying is offered."""

    countries: Annotated[list[CountryCode], Field(max_length=250)] = Field(
        default=[], description="Whose players; empty: all"
    )
    fee_bps: Annotated[int, Field(strict=True, ge=0, le=10_000)] = Field(
        default=0, description="What the provider keeps of a deposit, in hundredths of a percent"
    )
    fee_fixed_minor: Annotated[dict[KnownCurrency, FeeMinor], Field(max_length=200)] = Field(
        default={}, description="What it keeps beside, by currency in minor units"
    )
    payout_fee_bps: Annotated[int, Field(strict=True, ge=0, le=10_000)] = Field(
        default=0, description="What it takes for a payout, likewise"
    )
    payout_fee_fixed_minor: FeesMinor = Field(default={}, description="And beside that")
    payout_min_minor: FeesMinor = Field(default={}, description="The least it pays out at once, by currency")
    payout_max_minor: FeesMinor = Field(default={}, description="The most it pays out at once")
    details: Annotated[list[Name], Field(max_length=20)] = Field(
        default=[], description="What the player is asked for, by the provider's names"
    )
    deposit_fee: PlayerFeeTerms = Field(default=PlayerFeeTerms(), description="What the player pays to pay in; nothing")
    withdrawal_fee: PlayerFeeTerms = Field(default=PlayerFeeTerms(), description="What he pays beside what he is paid")

    @model_validator(mode="after")
    def _in_order(self) -> "Terms":
        _check_order(self.payout_min_minor, self.payout_max_minor)
        return self


class NewDepositFee(PlayerFeeTerms):
    """What the player pays to pay in, as it shall be: never the whole of it."""

    bps: Annotated[int, Field(strict=True, ge=0, lt=10_000)] = Field(
        default=0, description="Of the amount, in hundredths of a percent; parts of a minor unit are left to him"
    )


class NewTerms(Terms):
    """Terms as they shall be. Of those that hold already each country, and each fee, was believed."""

    countries: Annotated[list[KnownCountry], Field(max_length=250)] = Field(
        default=[], description="Whose players (ISO 3166-1 alpha-2); empty: all"
    )
    deposit_fee: NewDepositFee = Field(default=NewDepositFee(), description="What the player pays to pay in; nothing")


class Reason(BaseModel):
    """What one of a provider's reasons for saying no means."""

    code: str
    category: Category
    retriable: bool = Field(description="The same payment may be tried again there, later")
    cascade: bool = Field(description="It may be tried with another provider at once")
    step_up: bool = Field(description="It may be tried again there with stronger authentication of the payer")


class ProviderKind(BaseModel):
    """A payment provider this installation speaks with."""

    provider: str = Field(description="Its name in settings, in the API and in events")
    takes_deposits: bool
    makes_payouts: bool
    destinations: list[DestinationKind] = Field(
        description="To what it can pay, of what is said the same way for all: `kind` of a withdrawal's destination"
    )
    hosts: list[str] = Field(description="Its servers that may be called; the installation may allow others beside")
    notifications_url: str = Field(description="Where it tells us what happens; put the casino's id in its place")
    reasons: list[Reason]


class ProviderBody(StrictModel):
    """A casino's account at a provider, as it shall be. Secrets that are not named stay as they are."""

    enabled: bool
    currencies: Annotated[list[KnownCurrency], Field(min_length=1, max_length=200), AfterValidator(_each_once)]
    settings: Annotated[dict[Name, Text], Field(max_length=20)]
    secrets: Annotated[dict[Name, Text], Field(max_length=20)] = Field(default={}, repr=False)
    deposit_bounds: Annotated[dict[KnownCurrency, Bounds], Field(max_length=200)] | None = Field(
        default=None, description="By currency; when it is not sent, bounds stay as they are"
    )
    methods: Annotated[dict[Name, NewTerms], Field(max_length=20)] | None = Field(
        default=None,
        description="Methods of paying by which it may be chosen; when it is not sent they stay as they are",
    )
    replaced_until: AwareDatetime | None = Field(
        default=None,
        description="Until when the provider is also heard with the secrets that are replaced, 30 days at most; "
        "without it they end at once. Where no secret is replaced: another end for those that were",
    )


class StopBody(StrictModel):
    """Why it is stopped."""

    reason: Why


class StoppedView(BaseModel):
    """Who stopped a provider first, when and why."""

    by: str
    at: datetime
    reason: str


class ProviderView(BaseModel):
    """A casino's account at a provider."""

    provider: str
    enabled: bool
    currencies: list[str]
    settings: dict[str, Any]
    secrets_set: list[str] = Field(description="The names of the secrets it has")
    deposit_bounds: dict[str, Bounds] = Field(description="How little and how much is paid in at once, by currency")
    methods: dict[str, Terms] = Field(description="Methods of paying by which it may be chosen")
    replaced: list[str] = Field(description="The names of secrets that were replaced and are still heard")
    replaced_until: datetime | None = Field(description="Until when")
    stopped: StoppedView | None = Field(description="One person stopped it, until two switch it on again")
    updated_at: datetime


class PolicyBody(StrictModel):
    """How withdrawals of one currency are approved."""

    currency: KnownCurrency
    second_person_above_minor: Annotated[int, Field(strict=True, ge=0, le=10**15)] = Field(
        description="Above it a second person must approve, be it one or all that a player asks for within 24 hours; "
        "0: always"
    )
    automatic_up_to_minor: AmountMinor | None = Field(default=None, description="Up to it nobody has to approve")
    minimum_minor: AmountMinor | None = None
    maximum_minor: AmountMinor | None = None
    due_within_minutes: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = Field(
        default=None, description="How long people have to decide and the provider to pay; by default 3 days"
    )
    automatic_level: Literal["none", "basic", "verified"] = Field(
        default="none", description="What a player must have reached, for nobody to have to approve"
    )
    automatic_after_days: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = Field(
        default=None, description="How long he must have been here, for nobody to have to approve"
    )
    automatic_day_total_minor: AmountMinor | None = Field(
        default=None,
        description="Up to it all he asks for within 24 hours may go without anybody; null: as much as at once",
    )
    automatic_only_verified: bool = Field(
        default=False, description="Nobody has to approve only what goes to a verified instrument"
    )
    closed_loop: Literal["newest", "oldest", "largest"] | None = Field(
        default=None,
        description="Money goes back to where it came from first, in this order of deposits; null: where he wants it",
    )
    refund_days: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = Field(
        default=None, description="How old a deposit may be that is refunded with a withdrawal; null: any age"
    )
    in_batches: bool = Field(
        default=False, description="What is approved waits until two people release it together with others"
    )


class PolicyView(BaseModel):
    """How withdrawals of one currency are approved at a casino."""

    casino_id: UUID
    currency: str
    second_person_above_minor: int
    automatic_up_to_minor: int | None
    minimum_minor: int | None
    maximum_minor: int | None
    due_within_minutes: int | None
    automatic_level: str
    automatic_after_days: int | None
    automatic_day_total_minor: int | None
    automatic_only_verified: bool
    closed_loop: str | None
    refund_days: int | None
    in_batches: bool

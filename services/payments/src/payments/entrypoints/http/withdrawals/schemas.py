"""What is said about withdrawals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Reason, StrictModel
from contracts.money import AmountMinor, CurrencyCode
from contracts.payments.states import WithdrawalStatus
from payments.domain.withdrawal.going import Held, Way, Why
from payments.domain.withdrawal.not_back import Obstacle
from payments.domain.withdrawal.states import Stand
from payments.entrypoints.http.deposits.schemas import FeeMinor, MadeId

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
DeviceId = Annotated[str, StringConstraints(pattern=r"^[!-~]{8,200}$")]


class WithdrawalBody(StrictModel):
    """A player wants money out."""

    withdrawal_id: MadeId | None = Field(
        default=None, description="Made by the caller if it likes; a UUIDv7 sorts best"
    )
    provider: ProviderName | None = Field(default=None, description="Who pays; or the method, not both")
    method: Name | None = Field(default=None, description="By which who pays is chosen; or the provider, not both")
    amount_minor: AmountMinor = Field(description="What he is paid; what it costs is taken beside it")
    currency: CurrencyCode
    fee_minor: FeeMinor | None = Field(
        default=None, description="What the player was told it costs; where it costs more by now, `fee_changed`"
    )
    destination: Annotated[
        dict[Name, Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(min_length=1, max_length=10)
    ] = Field(
        description="`kind` and the fields of that kind: iban (iban, first_name, last_name); bank_account (country, "
        "account_number, bank_number where the country has one, first_name, last_name); wallet (service, owner); "
        "crypto_address (address); instrument (instrument_id). Without kind: as the provider that is named needs it",
        examples=[
            {"kind": "iban", "iban": "DE89370400440532013000", "first_name": "Sue", "last_name": "Hopper"},
            {"kind": "wallet", "service": "skrill", "owner": "sue@player.example"},
        ],
        repr=False,
    )
    device_id: DeviceId | None = Field(
        default=None,
        description="What the frontend calls the device, the same each time; kept as a fingerprint",
        repr=False,
    )


class ApproveBody(StrictModel):
    """A person says yes."""

    payload_sha256: Sha256 | None = Field(
        default=None,
        description="Of the withdrawal as it was looked at; the second of two persons must name it, and everybody once "
        "something became known of it",
    )
    reason: Reason | None = None


class RejectBody(StrictModel):
    """A person says no."""

    reason: Reason


class RetryBody(StrictModel):
    """A person has a way looked for once more."""

    elsewhere: bool = Field(
        default=False,
        description="What waits, for its source to receive again or since it fell through, goes where the player wants "
        "it",
    )
    reason: Reason


class WithdrawalItem(BaseModel):
    """A withdrawal. Of the destination nobody sees more than the end."""

    withdrawal_id: UUID
    casino_id: UUID
    player_id: UUID
    provider: str
    method: str | None = Field(description="By which the provider was chosen; null: the player named it")
    status: WithdrawalStatus
    amount_minor: int
    fee_minor: int = Field(
        description="What the player pays for it: on hold beside the amount, back with it when it is not paid"
    )
    currency: str
    destination: str = Field(description="Masked: the last four characters")
    payload_sha256: str | None = Field(
        default=None,
        description="Of the whole order; the second of two who approve it names it, and everybody once something "
        "became known of it. Players do not see it: it changes then",
    )
    approvals_needed: int | None = Field(
        default=None,
        description="0: the casino's policy approved; 2: a second person must approve. Players do not see it: it would "
        "tell them that they are suspected",
    )
    approved_by: list[str] | None = Field(default=None, description="Who approved so far; players do not see it")
    reference: str | None = Field(description="How the provider calls it")
    code: str | None = Field(description="Why it failed or came back")
    reject_reason: str | None = Field(default=None, description="In the words of staff, for whoever may read them")
    returned_minor: int | None = Field(description="What came back after it was paid")
    due_at: datetime | None = Field(
        description="Until when it should be paid: what the casino says, or 3 days. Parts have none of their own"
    )
    stopped_by: list[str] | None = Field(
        default=None,
        description="The rules for which the policy did not approve it by itself, but for `review`; players do not see "
        "them",
    )
    review: list[str] | None = Field(
        default=None,
        description="Likewise, those that tell of a suspicion against the player, for whoever may know of suspicions",
    )
    held_by: Held | None = Field(
        default=None,
        description="Why it was approved, or released with its batch, and is not sent; gone once it goes on. Players do"
        " not see it",
    )
    instrument_id: UUID | None = Field(description="What it goes to, see instruments")
    parent_id: UUID | None = Field(default=None, description="The withdrawal it is a part of; null: it is a whole one")
    paid_minor: int | None = Field(default=None, description="What left so far of one that goes out in parts")
    batch_id: UUID | None = Field(default=None, description="The batch it was released with; players do not see it")
    created_at: datetime
    updated_at: datetime


class PartView(BaseModel):
    """Where a part of a withdrawal goes, or would go."""

    part_id: UUID | None = Field(
        description="Of its order: a withdrawal's, itself where it went undivided, or a refund's; null: not ordered yet"
    )
    way: Way
    why: Why
    provider: str
    amount_minor: int
    deposit_id: UUID | None = Field(description="What is refunded, or the deposit that came from where it goes")
    instrument_id: UUID | None
    destination: str = Field(description="The end of where it goes")
    winnings_minor: int = Field(description="What of it is more than the player paid in")
    not_back_minor: int = Field(description="What of it came from elsewhere and cannot go back there")
    stands: Stand | None = Field(description="What became of it; null: it was not ordered yet")
    by_hand: bool = Field(default=False, description="It failed by what two people found out; its provider is silent")


class LeftOutView(BaseModel):
    """What would go back to where it came from, and cannot: it goes where the player wants it, or waits."""

    deposit_id: UUID
    instrument_id: UUID | None
    provider: str
    amount_minor: int
    obstacle: Obstacle


class SplitView(BaseModel):
    """How a withdrawal goes out, or would go out now."""

    withdrawal_id: UUID
    amount_minor: int
    currency: str
    planned: bool = Field(description="It was not sent yet: this is how it would be now")
    parts: list[PartView]
    left_out: list[LeftOutView]
    winnings_minor: int = Field(description="What goes out and is more than the player paid in")
    rest_minor: int = Field(description="What is in no part, or would be in none: it waits for a way, or for people")
    elsewhere_wanted_by: list[str] = Field(
        default=[], description="Who wants what waits where the player wants it, while a second person has to as well"
    )
    for_people: bool = Field(
        default=False, description="What is in no part goes nowhere by itself: have it tried again, or reject it"
    )

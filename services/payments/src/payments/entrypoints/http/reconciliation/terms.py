"""What is agreed with a provider about settlements changes only when two people agree."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.domain import Invalid
from chassis.http import StrictModel
from chassis.http.listing import Field as Listed
from chassis.http.listing import ListSpec
from chassis.store import UnitOfWork
from contracts.money import MAX_MINOR, KnownCurrency
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.reconciliation.tables import settlement_terms
from payments.application.desk import Desk
from payments.application.reconciliation.terms import set_terms
from payments.domain.reconciliation.statements import LONGEST_ACCOUNT, account_key
from payments.domain.reconciliation.terms import BANK, SettlementTerms

SET_TERMS = "payments.set_settlement_terms"

Days = Annotated[int, Field(strict=True, ge=0, le=365)]
Minor = Annotated[int, Field(strict=True, ge=0, le=MAX_MINOR)]
_DEFAULTS = SettlementTerms()


def _account(text: str) -> str:
    key = account_key(text)
    if not 4 <= len(key) <= LONGEST_ACCOUNT:
        raise ValueError(f"an account has 4 to {LONGEST_ACCOUNT} letters and digits")
    return key


Account = Annotated[
    str,
    Field(max_length=64, description="Its IBAN, or its number as the bank's statements write it"),
    AfterValidator(_account),
]


class TermsBody(StrictModel):
    """What is agreed about one currency; what is left out is as where nothing is agreed."""

    currency: KnownCurrency
    due_days: Days = Field(default=_DEFAULTS.due_days, description="After a movement a file must tell of it")
    alarm_days: Days = Field(default=_DEFAULTS.alarm_days, description="A movement without a line may be so old")
    match_days: Annotated[int, Field(strict=True, ge=0, le=30)] = Field(
        default=_DEFAULTS.match_days, description="Apart, where nothing but the amount tells which movement a line is"
    )
    tolerance_minor: Minor = Field(default=0, description="An amount may be off by so much")
    fee_fixed_minor: Minor | None = Field(default=None, description="Of each line")
    fee_bps: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = Field(
        default=None,
        description="Of a line's amount, in hundredths of a per cent; neither: fees count as they come",
    )
    fee_tolerance_minor: Minor = Field(default=0, description="A fee may be off by so much")
    rate_tolerance_bps: Annotated[int, Field(strict=True, ge=0, le=2_500)] = Field(
        default=0,
        description="What is settled in this currency and was paid in another may be off from published rates by so"
        " much, in hundredths of a per cent",
    )
    fee_share_bps: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = Field(
        default=None,
        description="Of what the payments of a batch move, in hundredths of a per cent: fees beyond it wait for two"
        " people. Without it the price of each payment and 1 per cent, or 3 per cent where no price is agreed",
    )
    prefunded: bool = Field(default=False, description="Payouts are sent only as far as it holds the casino's money")
    holds_max_minor: Minor | None = Field(
        default=None, description="A deposit with which it would hold more of the casino's money goes to another"
    )
    float_low_minor: Minor | None = Field(
        default=None, description="People are told when it can pay out less, or when nobody knows how much it can"
    )
    accounts: tuple[Account, ...] = Field(
        default=(),
        max_length=100,
        description="Of the provider `bank`, and of nobody else: the casino's own bank accounts in this currency. No"
        " statement of another account is believed",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.alarm_days < self.due_days:
            raise ValueError("people hear of what is missing once it is, not before")
        return self

    def must_fit(self, provider: str) -> None:
        """Invalid where it says what is never agreed with this provider."""
        foreign = self.model_fields_set - {"currency", "accounts"} if provider == BANK else {"accounts"}
        said = sorted(one for one in foreign if getattr(self, one) != getattr(_DEFAULTS, one))
        if said:
            raise Invalid("Accounts are of the provider `bank`, and of that nothing else is agreed.", field=said[0])

    def terms(self) -> SettlementTerms:
        """The same for the domain."""
        return SettlementTerms(**self.model_dump(include=set(asdict(_DEFAULTS))))


class TermsPayload(TermsBody):
    """The body and the path."""

    casino_id: UUID
    provider: str


class TermsItem(BaseModel):
    """What is agreed with a provider about settlements in one currency."""

    terms_id: UUID
    casino_id: UUID
    provider: str
    currency: str
    due_days: int
    alarm_days: int
    match_days: int
    tolerance_minor: int
    fee_fixed_minor: int | None
    fee_bps: int | None
    fee_tolerance_minor: int
    rate_tolerance_bps: int
    fee_share_bps: int | None
    prefunded: bool
    holds_max_minor: int | None
    float_low_minor: int | None
    accounts: list[str] = Field(description="Of the provider `bank`: the casino's own accounts")
    updated_at: datetime


_t = settlement_terms.c

TERMS = ListSpec(
    "settlement_terms",
    settlement_terms,
    casino_column=_t.casino_id,
    id_column=_t.id,
    fields={
        "terms_id": Listed(_t.id),
        "casino_id": Listed(_t.casino_id),
        "provider": Listed(_t.provider),
        "currency": Listed(_t.currency),
        "due_days": Listed(_t.due_days),
        "alarm_days": Listed(_t.alarm_days),
        "match_days": Listed(_t.match_days),
        "tolerance_minor": Listed(_t.tolerance_minor, currency="currency", data_class="financial"),
        "fee_fixed_minor": Listed(_t.fee_fixed_minor, currency="currency", data_class="financial"),
        "fee_bps": Listed(_t.fee_bps, data_class="financial"),
        "fee_tolerance_minor": Listed(_t.fee_tolerance_minor, currency="currency", data_class="financial"),
        "rate_tolerance_bps": Listed(_t.rate_tolerance_bps, data_class="financial"),
        "fee_share_bps": Listed(_t.fee_share_bps, data_class="financial"),
        "prefunded": Listed(_t.prefunded),
        "holds_max_minor": Listed(_t.holds_max_minor, currency="currency", data_class="financial"),
        "float_low_minor": Listed(_t.float_low_minor, currency="currency", data_class="financial"),
        "accounts": Listed(_t.accounts, kind="texts", data_class="financial"),
        "updated_at": Listed(_t.updated_at, sortable=True),
    },
    default_order="updated_at.desc",
)


def guarded_terms(desk: Desk) -> GuardedCommand[Any]:
    """Setting them. Nothing else calls what it executes."""

    async def describe(uow: UnitOfWork, payload: TermsPayload) -> Subject:
        await desk.casino(uow.connection, payload.casino_id)
        before = await desk.reconciling.store.terms(
            uow.connection, payload.casino_id, payload.provider, payload.currency
        )
        return Subject(
            casino_id=payload.casino_id,
            kind="settlement_terms",
            id=f"{payload.casino_id}/{payload.provider}/{payload.currency}",
            summary=f"Settlement terms of {payload.provider} in {payload.currency}",
            before=asdict(before),
            after=asdict(payload.terms()),
        )

    async def execute(uow: UnitOfWork, payload: TermsPayload) -> None:
        await set_terms(desk, uow, payload.casino_id, payload.provider, payload.currency, payload.terms())

    return GuardedCommand(
        name=SET_TERMS,
        rule=FourEyes(permission=P.POLICY_SET, approve=P.POLICY_APPROVE),
        payload=TermsPayload,
        describe=describe,
        execute=execute,
    )

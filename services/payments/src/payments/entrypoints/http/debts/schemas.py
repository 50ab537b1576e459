"""What is said about players' debts."""

from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, Reference, StrictModel
from contracts.money import AmountMinor, CurrencyCode
from payments.domain.debt.words import DebtStops


class WriteOff(StrictModel):
    """What shall be written off."""

    amount_minor: AmountMinor = Field(description="Of what he owes")
    currency: CurrencyCode
    reference: Reference | None = Field(
        default=None, description="What it is about, as an outsider calls it: a letter, a debt collector's case"
    )


class WriteOffBody(WriteOff):
    """What shall be written off, and why."""

    reason: Reason


class DebtPolicyBody(StrictModel):
    """What a casino's chargebacks stop."""

    stops: DebtStops = Field(
        description="For a player whom a chargeback leaves in debt; withdrawals wait for what he owes all the same"
    )


class DebtPolicyView(BaseModel):
    """What a casino's chargebacks stop."""

    casino_id: UUID
    stops: DebtStops

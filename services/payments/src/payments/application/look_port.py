"""What a notification says that says no more than where to look."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Told(StrEnum):
    """What such a notification says of it nevertheless. It is not believed; but an answer from before it is none."""

    DONE = "done"
    """The money moved."""
    UNDONE = "undone"
    """It did not, or has come back since: a chargeback, a payout that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtDeposit:
    """Something happened to this deposit; what it was, only the provider's answer to our question says."""

    deposit_id: UUID | None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtPayout:
    """Something happened to the payout of this withdrawal; what it was, only the answer to our question says.

    `reference` is the provider's name of the order, when it tells: a notification may overtake the answer to the order.
    """

    withdrawal_id: UUID | None
    reference: str | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtRefund:
    """Something happened to the refund of our reference (None: it names none of ours); what it was, only the answer to
    our question says. `reference` is the provider's name of it: a notification may overtake the answer to the order.
    """

    refund_id: UUID | None
    reference: str | None = None
    told: Told | None = None


LookAt = LookAtDeposit | LookAtPayout | LookAtRefund

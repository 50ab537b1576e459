"""What can happen to a refund."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFact:
    """What two people agreed on.

    Attributes:
        payment: the provider's reference of the payment that is refunded.
        amount_minor: in minor units, greater than zero.
        may_owe: what the player no longer holds he owes; otherwise nothing is refunded then.
        withdrawal_id: it is a part of that withdrawal, which has its money on hold.
        fee_minor: what the player had paid for the deposit and gets back, for all of it is refunded.
        hit_known: a hit of the player was confirmed when the two agreed, and they agreed all the same.
    """

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    payment: str
    amount_minor: int
    currency: str
    may_owe: bool = False
    withdrawal_id: UUID | None = None
    fee_minor: int = 0
    hit_known: bool = False


@event("payments.refund_ordered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrdered:
    """The money was put aside: `from_cash_minor` out of the player's cash, which has the deposit's fee again where that
    is given back; the rest he owes from now on.
    """

    fact: RefundFact
    from_cash_minor: int
    ordered_at: datetime


@event("payments.refund_held", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundHeld:
    """It is not sent as long as this is so, and is looked at again until it is sent or stopped.

    `why`: in the words of what holds a payout; UNDER_REVIEW: a hit of the player's was confirmed.
    """

    fact: RefundFact
    why: str


@event("payments.refund_started", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStarted:
    """We mean to call the provider, as the customer `sent_as` of it. Recorded before the call."""

    fact: RefundFact
    sent_as: str


@event("payments.refund_outcome_unknown", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOutcomeUnknown:
    """The provider did not answer in a way we understand: it is asked until it does."""

    fact: RefundFact


@event("payments.refund_accepted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAccepted:
    """The provider took the order."""

    fact: RefundFact
    reference: str


@event("payments.refund_succeeded", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSucceeded:
    """The provider refunded it: what was put aside is gone. `by_hand`: it did not say so, two people found it out."""

    fact: RefundFact
    reference: str
    by_hand: bool = False


@event("payments.refund_failed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed:
    """It was not refunded. What was put aside pays the fee again that was given back, then `recovered_minor` of what
    the player owes; the rest is his.

    `by_hand`: the provider did not say so, two people found it out.
    """

    fact: RefundFact
    reference: str | None
    code: str
    recovered_minor: int
    by_hand: bool = False


@event("payments.refund_returned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReturned:
    """It had succeeded, and failed after that: the provider has the money again. The deposit's own event moves it."""

    fact: RefundFact
    reference: str
    code: str


RefundEvent = (
    RefundOrdered
    | RefundHeld
    | RefundStarted
    | RefundOutcomeUnknown
    | RefundAccepted
    | RefundSucceeded
    | RefundFailed
    | RefundReturned
)

REFUND_EVENTS = (
    RefundOrdered,
    RefundHeld,
    RefundStarted,
    RefundOutcomeUnknown,
    RefundAccepted,
    RefundSucceeded,
    RefundFailed,
    RefundReturned,
)

"""What can happen to a withdrawal."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from chassis.domain import event


class WithdrawalFields(TypedDict):
    """The fields every event of a withdrawal has."""

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFact:
    """What every event of a withdrawal tells, so that nobody has to look it up. The amount is what is on hold."""

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str

    def fields(self) -> WithdrawalFields:
        """Only these fields, whatever else the event tells."""
        return {
            "player_id": self.player_id,
            "casino_id": self.casino_id,
            "provider": self.provider,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }


@event("payments.withdrawal_requested", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequested(WithdrawalFact):
    """The player wants the money out. `destination` is readable with his key only; `shown_as` says enough for staff.

    `due_at`: until when it should be paid; None: nobody said. `stopped_by`: the rules for which the casino's policy did
    not approve it by itself. `instrument_id`: what it goes to; None: it cannot be told.
    """

    destination: str
    shown_as: str
    approvals_needed: int
    requested_at: datetime
    due_at: datetime | None = None
    stopped_by: tuple[str, ...] = ()
    instrument_id: UUID | None = None


@event("payments.withdrawal_approved", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalApproved(WithdrawalFact):
    """A person, or the casino's policy, said yes; `final` when nobody else has to.

    `lapsed` are those whose earlier yes counts no longer, for its time was over or they may not say it any more.
    """

    approved_by: str
    final: bool
    approved_at: datetime | None = None
    lapsed: tuple[str, ...] = ()


@event("payments.withdrawal_rejected", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRejected(WithdrawalFact):
    """A person said no."""

    rejected_by: str
    reason: str


@event("payments.withdrawal_cancelled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalCancelled(WithdrawalFact):
    """The player took it back before it was sent."""


@event("payments.payout_started", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutStarted(WithdrawalFact):
    """We mean to send the order to pay, under this id, the same however often it is sent. Recorded before the call.

    `sent_as` is the fingerprint of who we are at the provider: as another customer it would be another order. Empty:
    from before it was kept.
    """

    request_id: UUID
    sent_as: str = ""


@event("payments.payout_outcome_unknown", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutOutcomeUnknown(WithdrawalFact):
    """The order was sent and nothing believable came back; the identical order is the question."""


@event("payments.payout_sent", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSent(WithdrawalFact):
    """The provider took the order."""

    reference: str


@event("payments.withdrawal_paid", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPaid(WithdrawalFact):
    """The provider confirmed that the money left."""


@event("payments.withdrawal_failed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFailed(WithdrawalFact):
    """The provider will not pay; `code` is its reason."""

    code: str


@event("payments.withdrawal_returned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalReturned(WithdrawalFact):
    """Paid money came back: `returned_minor` of it, and `back_minor` with all that came back before (0: nothing did,
    it is from before parts were known).
    """

    returned_minor: int
    back_minor: int = 0
    code: str

    @property
    def all_back_minor(self) -> int:
        """Everything that came back so far."""
        return self.back_minor or self.returned_minor


ProviderEvent = (
    PayoutStarted | PayoutOutcomeUnknown | PayoutSent | WithdrawalPaid | WithdrawalFailed | WithdrawalReturned
)
WithdrawalEvent = WithdrawalRequested | WithdrawalApproved | WithdrawalRejected | WithdrawalCancelled | ProviderEvent

WITHDRAWAL_EVENTS = (
    WithdrawalRequested,
    WithdrawalApproved,
    WithdrawalRejected,
    WithdrawalCancelled,
    PayoutStarted,
    PayoutOutcomeUnknown,
    PayoutSent,
    WithdrawalPaid,
    WithdrawalFailed,
    WithdrawalReturned,
)

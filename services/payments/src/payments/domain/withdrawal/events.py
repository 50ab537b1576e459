"""What can happen to a withdrawal."""

from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from chassis.domain import event
from payments.domain.withdrawal.going import Goes, Held, PartFact
from payments.domain.withdrawal.not_back import NotBack


class WithdrawalFields(TypedDict):
    """The fields every event of a withdrawal has."""

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    parent_id: NotRequired[UUID | None]
    fee_minor: NotRequired[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFact:
    """What every event of a withdrawal tells, so that nobody has to look it up. The amount is what the player is paid.

    `parent_id`: it is a part of that withdrawal, which holds the money until the part is paid. `fee_minor`: what he
    pays once it is paid, by the terms of when he asked; on hold beside the amount, and for the whole alone.
    """

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    parent_id: UUID | None = None
    fee_minor: int = 0

    def fee_of(self, paid_minor: int) -> int:
        """What of the fee is due when so much was paid: of less than the whole its part, rounded down."""
        return self.fee_minor if paid_minor >= self.amount_minor else self.fee_minor * paid_minor // self.amount_minor

    def fields(self) -> WithdrawalFields:
        """Only these fields, whatever else the event tells."""
        return {
            "player_id": self.player_id,
            "casino_id": self.casino_id,
            "provider": self.provider,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "parent_id": self.parent_id,
            "fee_minor": self.fee_minor,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BackWithPlayer(WithdrawalFact):
    """Back in the player's cash, of which `recovered_minor` pays at once what he owes for deposits taken back."""

    recovered_minor: int = 0

    @property
    def freed_minor(self) -> int:
        """What goes back into his cash: nothing of a part, whose money stays on hold for the whole."""
        return self.amount_minor + self.fee_minor if self.parent_id is None else 0


@event("payments.withdrawal_requested", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequested(WithdrawalFact):
    """The player wants the money out. `destination` is readable with his key only; `shown_as` says enough for staff.

    `due_at`: until when it should be paid; None: nobody said. `stopped_by`: the rules for which the casino's policy did
    not approve it by itself; `rules`: of fraud, that held. `instrument_id`: what it goes to; None: it cannot be
    told. `method`: by which the provider was chosen; None: the player named it. `goes`: where it would go, as people
    could see it; None: nobody had to look.
    """

    destination: str
    shown_as: str
    approvals_needed: int
    requested_at: datetime
    due_at: datetime | None = None
    stopped_by: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    instrument_id: UUID | None = None
    method: str | None = None
    goes: tuple[Goes, ...] | None = None


@event("payments.withdrawal_stopped", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalStopped(WithdrawalFact):
    """People say yes anew, `approvals_needed` of them: none knew the `news`, of which `stopped_by` names no rules.

    `goes`: where it would go now; None: as before.
    """

    news: tuple[str, ...]
    stopped_by: tuple[str, ...]
    approvals_needed: int
    goes: tuple[Goes, ...] | None = None


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
class WithdrawalRejected(BackWithPlayer):
    """A person said no."""

    rejected_by: str
    reason: str


@event("payments.withdrawal_cancelled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalCancelled(BackWithPlayer):
    """The player took it back before it was sent."""


@event("payments.payout_started", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutStarted(WithdrawalFact):
    """We mean to send the order to pay, under this id, the same however often it is sent. Recorded before the call.

    `sent_as` is the fingerprint of who we are at the provider: as another customer it would be another order. Empty:
    from before it was kept. `winnings_minor`, `left_out`: as of parts, where money is returned to its source and all
    of it goes where the player wants it.
    """

    request_id: UUID
    sent_as: str = ""
    winnings_minor: int = 0
    left_out: tuple[NotBack, ...] = ()


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
    """The provider confirmed that the money left. `by_hand`: it did not say so, two people found it out."""

    by_hand: bool = False


@event("payments.withdrawal_failed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFailed(BackWithPlayer):
    """The provider will not pay; `code` is its reason. `by_hand`: it did not say so, two people found it out."""

    code: str
    by_hand: bool = False


@event("payments.withdrawal_returned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalReturned(BackWithPlayer):
    """Paid money came back: `returned_minor` of it, and `back_minor` with all that came back before (0: nothing did,
    it is from before parts were known).
    """

    returned_minor: int
    back_minor: int = 0
    code: str

    @property
    def freed_minor(self) -> int:
        """Of a part as well: it had left."""
        return self.returned_minor

    @property
    def all_back_minor(self) -> int:
        """Everything that came back so far."""
        return self.back_minor or self.returned_minor


@event("payments.payout_released", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutReleased(WithdrawalFact):
    """It goes out with a batch: two people released it together with others."""

    batch_id: UUID


@event("payments.payout_held", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutHeld(WithdrawalFact):
    """It was approved and is not sent, and why. Told once, and again when that becomes another reason."""

    why: Held


@event("payments.withdrawal_part_ordered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPartOrdered(WithdrawalFact):
    """A part of an approved withdrawal shall be paid; its money is on hold there. `destination` as when requested, and
    `method` where it goes to what was asked for. `known`, `approvals_needed`: as when the whole was approved.
    """

    destination: str
    shown_as: str
    ordered_at: datetime
    instrument_id: UUID | None = None
    method: str | None = None
    known: tuple[str, ...] = ()
    approvals_needed: int = 0


@event("payments.withdrawal_split", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalSplit(WithdrawalFact):
    """The money, or what of it has no part yet, goes out in these parts. All parts together are never more.

    `left_out`: what could not go back to where it came from. It is in parts that go elsewhere, or waits.
    """

    parts: tuple[PartFact, ...]
    left_out: tuple[NotBack, ...] = ()


@event("payments.withdrawal_part_paid", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPartPaid(WithdrawalFact):
    """A part left. `paid_minor`: of all parts so far, and of it `refunded_minor` as refunds of deposits."""

    part_id: UUID
    part_minor: int
    paid_minor: int
    refunded_minor: int


@event("payments.withdrawal_part_failed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPartFailed(WithdrawalFact):
    """A part surely did not leave: its money is on hold still, and has no part any more.

    `by_hand`: the provider did not say so, two people found it out; what is in no part then waits for a person.
    """

    part_id: UUID
    part_minor: int
    code: str
    by_hand: bool = False


@event("payments.withdrawal_part_returned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPartReturned(WithdrawalFact):
    """Money of a paid part came back into the wallet; `back_minor`: of all parts so far.

    `refunded`: the part was a refund, and its deposit tells that it came back.
    """

    part_id: UUID
    returned_minor: int
    back_minor: int
    refunded: bool = False


@event("payments.withdrawal_halted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalHalted(WithdrawalFact):
    """Every part has ended, `rest_minor` did not leave and can go nowhere else: a person decides."""

    rest_minor: int


@event("payments.withdrawal_elsewhere_wanted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalElsewhereWanted(WithdrawalFact):
    """A person wants what its source cannot receive where the player wants it, and it takes another one as well.

    `lapsed`: those whose earlier yes counts no longer.
    """

    rest_minor: int
    wanted_by: str
    wanted_at: datetime
    reason: str
    lapsed: tuple[str, ...] = ()


@event("payments.withdrawal_retried", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRetried(WithdrawalFact):
    """A person has a way looked for once more, for the `rest_minor` that did not leave; it may be one that failed.

    `elsewhere`: what waits for its source to receive again goes where the player wants it.
    """

    rest_minor: int
    retried_by: str
    reason: str
    elsewhere: bool = False


@event("payments.withdrawal_rest_released", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRestReleased(BackWithPlayer):
    """A person gave the player back what did not leave; `paid_minor` had left, `refunded_minor` of it as refunds."""

    rest_minor: int
    paid_minor: int
    refunded_minor: int
    released_by: str
    reason: str

    @property
    def freed_minor(self) -> int:
        """With what did not leave the part of the fee that is not due for it."""
        return self.rest_minor + self.fee_minor - self.fee_of(self.paid_minor)


ProviderEvent = (
    PayoutStarted | PayoutOutcomeUnknown | PayoutSent | WithdrawalPaid | WithdrawalFailed | WithdrawalReturned
)
PartEvent = (
    WithdrawalSplit
    | WithdrawalPartPaid
    | WithdrawalPartFailed
    | WithdrawalPartReturned
    | WithdrawalHalted
    | WithdrawalElsewhereWanted
    | WithdrawalRetried
    | WithdrawalRestReleased
)
WithdrawalEvent = (
    WithdrawalRequested
    | WithdrawalPartOrdered
    | WithdrawalStopped
    | WithdrawalApproved
    | WithdrawalRejected
    | WithdrawalCancelled
    | PayoutReleased
    | PayoutHeld
    | ProviderEvent
    | PartEvent
)

PART_EVENTS = (
    WithdrawalSplit,
    WithdrawalPartPaid,
    WithdrawalPartFailed,
    WithdrawalPartReturned,
    WithdrawalHalted,
    WithdrawalElsewhereWanted,
    WithdrawalRetried,
    WithdrawalRestReleased,
)
"""What happens to a withdrawal that goes out in parts."""

WITHDRAWAL_EVENTS = (
    WithdrawalRequested,
    WithdrawalStopped,
    WithdrawalApproved,
    WithdrawalRejected,
    WithdrawalCancelled,
    PayoutStarted,
    PayoutOutcomeUnknown,
    PayoutSent,
    WithdrawalPaid,
    WithdrawalFailed,
    WithdrawalReturned,
    PayoutReleased,
    PayoutHeld,
    WithdrawalPartOrdered,
    *PART_EVENTS,
)

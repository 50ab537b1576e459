"""Where a withdrawal can stand. A state carries only what decisions need."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from payments.domain.withdrawal.events import WithdrawalFact, WithdrawalPartOrdered, WithdrawalRequested
from payments.domain.withdrawal.going import Goes, Held, PartFact, Way
from payments.domain.withdrawal.not_back import NotBack


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """How an order goes to its provider: under which id, as which customer, and how the provider calls it.

    `winnings_minor`, `left_out`: what of it did not come from where it goes, see `PayoutStarted`.
    """

    request_id: UUID
    sent_as: str
    reference: str | None = None
    winnings_minor: int = 0
    left_out: tuple[NotBack, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid, and to where (readable with the player's key only); how it was sent, once it was.

    `shown_as` is the end of where it goes, `instrument_id` what is there. `method`: by which the provider was chosen.
    `known`: what spoke against it as far as those know who say yes, and `news` what of it came after the request, as it
    came. `needed`: how many must say yes. `goes`: where it goes as far as they know; None: nobody had to look.
    """

    fact: WithdrawalFact
    destination: str
    errand: Errand | None = None
    shown_as: str = ""
    instrument_id: UUID | None = None
    method: str | None = None
    known: frozenset[str] = frozenset()
    news: tuple[tuple[str, ...], ...] = ()
    needed: int = 0
    goes: tuple[Goes, ...] | None = None

    def asks_for(self, fact: WithdrawalFact, destination: str, method: str | None) -> bool:
        """Whether it was asked for so; what it costs is as when it was asked for first."""
        same = replace(fact, fee_minor=self.fact.fee_minor)
        return (self.fact, self.destination, self.method) == (same, destination, method)


def ordered(event: WithdrawalRequested | WithdrawalPartOrdered) -> Order:
    """What an event orders; of a part its whole knew what spoke against it."""
    return Order(
        WithdrawalFact(**event.fields()),
        event.destination,
        shown_as=event.shown_as,
        instrument_id=event.instrument_id,
        method=event.method,
        known=frozenset(event.known if isinstance(event, WithdrawalPartOrdered) else (*event.stopped_by, *event.rules)),
        needed=event.approvals_needed,
        goes=event.goes if isinstance(event, WithdrawalRequested) else None,
    )


@dataclass(frozen=True, slots=True)
class Yes:
    """Who said it, and when (None: from before that was kept)."""

    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AwaitingApproval:
    """On hold until enough people said yes."""

    order: Order
    needed: int
    yeses: tuple[Yes, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """May be sent; with the batch `batch_id` once two people released that. `held`: why it was not."""

    order: Order
    approvers: tuple[str, ...]
    batch_id: UUID | None = None
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """The order is about to be sent, or was, and its answer is not recorded yet."""

    order: Order


@dataclass(frozen=True, slots=True)
class Unknown:
    """The order was sent and nothing believable came back."""

    order: Order


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the order."""

    order: Order
    reference: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The money left. `by_hand`: the provider did not say so, two people found it out."""

    order: Order
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider did not pay; the hold is released. `by_hand`: it did not say so, two people found it out."""

    order: Order
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A person said no; the hold is released."""

    order: Order


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The player took it back; the hold is released."""

    order: Order


@dataclass(frozen=True, slots=True)
class Returned:
    """The money left, and `back_minor` of it came back: the whole, or a part that others may follow.

    The last of it was `last_minor`, and `last_code` its reason.
    """

    order: Order
    back_minor: int
    last_minor: int
    last_code: str


class Stand(StrEnum):
    """What became of a part so far."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and what is known of it here: where exactly it stands says the part itself.

    `by_hand`: two people found out that it failed; `retried`: a person has had a way looked for since it failed.
    """

    fact: PartFact
    stand: Stand = Stand.OPEN
    back_minor: int = 0
    by_hand: bool = False
    retried: bool = False

    @property
    def failed(self) -> bool:
        """Nothing goes there again, as long as no person wants it."""
        return self.stand is Stand.FAILED and not self.retried


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts of a withdrawal that there ever were, and what could not go back to where it came from.

    `elsewhere_minor`: so much people let go to other places than was seen before it was approved; then nothing waits
    until its source can receive again. `yeses`: who of them so far, where one is not enough.
    """

    all: tuple[Part, ...] = ()
    left_out: tuple[NotBack, ...] = ()
    elsewhere_minor: int = 0
    yeses: tuple[Yes, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether people decided that it goes elsewhere than where it came from."""
        return self.elsewhere_minor > 0

    def minor(self, *stands: Stand) -> int:
        """What parts that stand so amount to."""
        return sum(one.fact.amount_minor for one in self.all if one.stand in stands)

    @property
    def open(self) -> bool:
        """Whether the end of one is not known."""
        return any(one.stand is Stand.OPEN for one in self.all)

    @property
    def found_failed(self) -> bool:
        """Whether one failed by what people found out, and no person has seen since what that means for the whole."""
        return any(one.by_hand for one in self.all if one.failed)

    @property
    def refunded_minor(self) -> int:
        """What left as refunds of deposits."""
        return sum(one.fact.amount_minor for one in self.all if one.stand is Stand.PAID and one.fact.way is Way.REFUND)

    @property
    def back_minor(self) -> int:
        """What came back of them."""
        return sum(one.back_minor for one in self.all)


@dataclass(frozen=True, slots=True)
class Split:
    """It goes out in parts, and not all have left."""

    order: Order
    parts: Parts

    @property
    def rest_minor(self) -> int:
        """What is in no part: its part failed, or there is none yet."""
        return self.order.fact.amount_minor - self.parts.minor(Stand.OPEN, Stand.PAID)

    @property
    def for_people(self) -> bool:
        """Whether what fell through is in no part, and people have to look where it may go: they let the whole go."""
        looked = self.order.goes is not None
        return self.rest_minor > 0 and any(one.failed and (one.by_hand or looked) for one in self.parts.all)


@dataclass(frozen=True, slots=True)
class Halted:
    """Every part has ended, and not all has left: a person decides on `rest_minor`, which is on hold."""

    order: Order
    parts: Parts
    rest_minor: int


@dataclass(frozen=True, slots=True)
class PaidInParts:
    """All of it left, in parts."""

    order: Order
    parts: Parts


@dataclass(frozen=True, slots=True)
class PartlyPaid:
    """Some of it left, and a person gave the player the rest back."""

    order: Order
    parts: Parts


Open = AwaitingApproval | Approved
AtProvider = Sending | Unknown | Sent
Divided = Split | Halted | PaidInParts | PartlyPaid
Existing = Open | AtProvider | Paid | Failed | Rejected | Cancelled | Returned | Divided
Withdrawal = Absent | Existing

"""Where a deposit can stand. A state carries only what decisions need."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.deposit.events import DepositFact, DepositSucceeded
from payments.domain.deposit.words import GivenBack, TakenBack


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """We said no."""

    fact: DepositFact


@dataclass(frozen=True, slots=True)
class Earlier:
    """A provider that had the deposit before, or that another one was faster than.

    `closed`: it can never be paid there any more. `paid_as`: it was, and is this deposit of its own.
    `announced`, `given_early`: what it took and gave back before we knew that it was paid.
    """

    provider: str
    sent_as: str
    reference: str | None
    closed: bool = False
    paid_as: UUID | None = None
    announced: tuple[TakenBack, ...] = ()
    given_early: tuple[GivenBack, ...] = ()


@dataclass(frozen=True, slots=True)
class SteppedUp:
    """The provider that has the deposit was asked for it before, without the payer's authentication.

    `reference`: how it called that attempt; None: it never said so. `closed`: that can never be paid any more.
    """

    reference: str | None
    closed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Requested:
    """Recorded; the provider was called, or will be.

    `announced`: taken back there before we knew it was paid. `given_early`: given back there before we knew that it
    was taken. `route`: who it may be passed on to, at most `attempts_max` providers in all. `requested_at`: of this
    provider. `step_up`: the payer is to be authenticated by his bank; `stepped_up`: since this provider said no to him.
    `known_as`: by which other id of ours it knows the deposit. `found_unpaid`: who was not paid, as people found out.
    `fee_minor`: what the player pays for the whole.
    """

    fact: DepositFact
    return_url: str | None
    sent_as: str
    requested_at: datetime
    details: str | None = None
    announced: tuple[TakenBack, ...] = ()
    method: str | None = None
    route: tuple[str, ...] = ()
    attempts_max: int = 1
    earlier: tuple[Earlier, ...] = ()
    given_early: tuple[GivenBack, ...] = ()
    step_up: bool = False
    stepped_up: SteppedUp | None = None
    known_as: UUID | None = None
    found_unpaid: tuple[str, ...] = ()
    fee_minor: int = 0

    def fee_of(self, settled_minor: int) -> int:
        """What of it is due when so much was settled: of less its part, of more no more; always less than that."""
        asked_for = self.fact.amount_minor
        return self.fee_minor if settled_minor >= asked_for else self.fee_minor * settled_minor // asked_for


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The player has something to do at the provider."""

    asked: Requested
    reference: str
    next_action: str | None


@dataclass(frozen=True, slots=True)
class Processing:
    """The provider works on it."""

    asked: Requested
    reference: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider did not answer; it is asked."""

    asked: Requested


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Paid and credited. `taken_back`: what the provider took back of it since, in parts or whole; `given_back`: what
    it gave back of that. `by_hand`: it did not say that it was paid, two people found it out. `by_our_clock`: so is
    `said_at`, and not by the provider's. `movement`: the provider's id of the settling, if it names each.
    """

    asked: Requested
    reference: str
    amount_minor: int
    said_at: datetime
    taken_back: tuple[TakenBack, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    by_hand: bool = False
    by_our_clock: bool = False
    movement: str | None = None

    @property
    def reversed_minor(self) -> int:
        """How much of it is taken back now."""
        given = sum(one.amount_minor for one in self.given_back)
        return sum(one.amount_minor for one in self.taken_back) - given

    @property
    def taken_by_others_minor(self) -> int:
        """How much of it others have now. What we sent back ourselves does not keep a bank from taking the whole."""
        others = {one.movement for one in self.taken_back if one.refund_id is None}
        given = sum(one.amount_minor for one in self.given_back if one.movement in others)
        return sum(one.amount_minor for one in self.taken_back if one.movement in others) - given

    def open_minor(self, taken: TakenBack) -> int:
        """How much of this taking back was not given back."""
        return taken.amount_minor - sum(one.amount_minor for one in self.given_back if one.movement == taken.movement)

    @property
    def left_minor(self) -> int:
        """How much of it others may still take."""
        return max(self.amount_minor - self.taken_by_others_minor, 0)


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider or we said no, for the reason `code`. `closed`: it can never be paid any more."""

    asked: Requested
    reference: str | None
    code: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Expired:
    """Given up. `closed`: it can never be paid any more."""

    asked: Requested
    reference: str | None
    closed: bool = False


Waiting = Requested | ActionRequired | Processing | Unknown
GivenUp = Failed | Expired
Deposit = Absent | Refused | Requested | ActionRequired | Processing | Unknown | Succeeded | Failed | Expired


def asked(state: Waiting | Succeeded | GivenUp) -> Requested:
    """What the player had asked for."""
    return state if isinstance(state, Requested) else state.asked


def succeeded(paid: Requested, event: DepositSucceeded) -> Succeeded:
    """The state right after the event."""
    return Succeeded(
        paid,
        event.reference,
        event.amount_minor,
        event.said_at,
        by_hand=event.by_hand,
        by_our_clock=event.by_our_clock,
        movement=event.movement,
    )


def reference(state: Deposit) -> str | None:
    """How the provider calls it, once it has said so."""
    return state.reference if isinstance(state, ActionRequired | Processing | Succeeded | Failed | Expired) else None


def provider_of(state: Refused | Waiting | Succeeded | GivenUp) -> str:
    """The provider it was, or would have been, made through."""
    return state.fact.provider if isinstance(state, Refused) else asked(state).fact.provider

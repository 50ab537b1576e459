"""Where a refund can stand."""

from dataclasses import dataclass
from datetime import datetime

from payments.domain.refund.events import RefundFact


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody ordered it."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The money is put aside; the provider was not called. `held`: why not."""

    fact: RefundFact
    ordered_at: datetime
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """The provider is being called, or was, and its answer is not recorded yet."""

    fact: RefundFact
    ordered_at: datetime
    sent_as: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider was called and nothing believable came back."""

    fact: RefundFact
    ordered_at: datetime
    sent_as: str


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider works on it."""

    fact: RefundFact
    ordered_at: datetime
    sent_as: str
    reference: str


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Refunded."""

    fact: RefundFact
    ordered_at: datetime
    sent_as: str
    reference: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Not refunded: the player has it in his wallet. `sent_as` is empty where nobody was asked.

    `by_hand`: two people found it out; whatever says that the provider took the order contradicts them.
    """

    fact: RefundFact
    ordered_at: datetime
    sent_as: str
    reference: str | None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """Refunded, and come back: the player has it in his wallet."""

    fact: RefundFact
    ordered_at: datetime
    sent_as: str
    reference: str


Begun = Sending | Unknown | Pending | Succeeded | Failed | Returned
Existing = Ordered | Begun
Refund = Absent | Existing


def reference(state: Refund) -> str | None:
    """How the provider calls it, once it has said so."""
    return state.reference if isinstance(state, Pending | Succeeded | Failed | Returned) else None

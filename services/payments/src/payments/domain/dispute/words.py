"""What a provider can say about a dispute, whatever its protocol calls it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far it has come. Each stage is opened, and comes to an end of its own."""

    FRAUD_WARNING = "fraud_warning"
    """The payer's bank reported fraud; nothing is asked and no money moves."""
    INQUIRY = "inquiry"
    """The bank asks what it was about; no money moves."""
    CHARGEBACK = "chargeback"
    """The bank takes the money."""
    PRE_ARBITRATION = "pre_arbitration"
    """One side does not accept how the chargeback ended."""
    ARBITRATION = "arbitration"
    """The card scheme decides."""


class Status(StrEnum):
    """Where a stage stands."""

    OPENED = "opened"
    """An answer is awaited."""
    CHALLENGED = "challenged"
    """Evidence was submitted."""
    EXPIRED = "expired"
    """Nobody answered in time."""
    ACCEPTED = "accepted"
    """We do not contest it."""
    LOST = "lost"
    """Decided for the payer."""
    WON = "won"
    """Decided for us."""


STAGES: tuple[Stage, ...] = tuple(Stage)
STATUSES: tuple[Status, ...] = tuple(Status)

TAKES_MONEY = frozenset({Stage.CHARGEBACK, Stage.PRE_ARBITRATION, Stage.ARBITRATION})
"""Stages in which the money is, or may be, gone."""

UNDECIDED = frozenset({Status.OPENED, Status.CHALLENGED})
"""Statuses of a stage that has not come to its end."""


def rank(stage: Stage, status: Status) -> tuple[int, int]:
    """What is told later ranks higher: words may come in any order, and the highest holds."""
    return STAGES.index(stage), STATUSES.index(status)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeTold:
    """Where the provider says that a dispute stands.

    Attributes:
        payment: how the provider calls the payment.
        amount_minor, currency: what is wanted back; None where it does not say.
        code: why, in the provider's or the scheme's words.
        due_at: until when an answer is awaited.
    """

    payment: str
    stage: Stage
    status: Status
    amount_minor: int | None
    currency: str | None
    code: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What the provider charges for it, in the currency it settles in. `movement` is its id there: it counts once."""

    movement: str
    amount_minor: int
    currency: str

"""What a provider can say about a dispute, whatever its protocol calls it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID


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

AnswerStatus = Literal[Status.ACCEPTED, Status.CHALLENGED]
"""What we can say to it: that it is not contested, or that it is, with evidence."""


class AnswerState(StrEnum):
    """How far an answer of ours has come."""

    ORDERED = "ordered"
    """It is to be sent."""
    SENDING = "sending"
    """It is on its way."""
    UNKNOWN = "unknown"
    """Nobody can tell whether the provider has it."""
    TAKEN = "taken"
    """The provider has it."""
    REFUSED = "refused"
    """The provider surely did not take it; another may be given."""


AWAITED = frozenset({Status.OPENED, Status.EXPIRED})
"""What a provider says of a stage as long as it knows of no answer of ours."""

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
        any_stage: the word is said of whichever stage holds; `stage` is that of a dispute nobody has heard of.
    """

    payment: str
    stage: Stage
    status: Status
    amount_minor: int | None
    currency: str | None
    code: str
    due_at: datetime | None = None
    any_stage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What the provider charges for it, in the currency it settles in. `movement` is its id there: it counts once."""

    movement: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSent:
    """A file that goes to the provider, and as which of its kinds of documents."""

    evidence_id: UUID
    document: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has our answer."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It surely did not take it; `code` is why."""

    code: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing believable was said: it may have it, or not."""


AnswerWord = Taken | Refused | Unanswered

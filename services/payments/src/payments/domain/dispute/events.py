"""What can happen to a dispute."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event
from payments.domain.dispute.words import EvidenceSent, Stage, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFact:
    """Which payment it is about. `reference` is how the provider calls the dispute, `payment` the payment."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    reference: str
    payment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeStanding:
    """Where the provider says it stands."""

    fact: DisputeFact
    stage: Stage
    status: Status
    amount_minor: int
    currency: str
    code: str
    due_at: datetime | None
    said_at: datetime


@event("payments.dispute_opened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(DisputeStanding):
    """We heard of it for the first time, whatever stage it had reached."""


@event("payments.dispute_advanced", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAdvanced(DisputeStanding):
    """It came further: to another stage, to an end, or to another deadline."""


@event("payments.dispute_answered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswered:
    """We accepted it, submitted evidence, or let its deadline pass, in this stage.

    `by_hand`: it was done at the provider, by people. `answer_id`: of the answer that the provider took from us.
    """

    fact: DisputeFact
    stage: Stage
    status: Status
    answered_at: datetime
    by_hand: bool = False
    answer_id: UUID | None = None


@event("payments.dispute_answer_ordered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswerOrdered:
    """The provider shall be told that we accept it, or contest it with this evidence."""

    fact: DisputeFact
    answer_id: UUID
    stage: Stage
    status: Status
    evidence: tuple[EvidenceSent, ...]
    defence: str | None
    ordered_at: datetime


@event("payments.dispute_answer_started", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswerStarted:
    """The answer is on its way; `sent_as` is the fingerprint of who we are at the provider."""

    fact: DisputeFact
    answer_id: UUID
    sent_as: str


@event("payments.dispute_answer_unknown", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswerUnknown:
    """Nobody can tell whether the provider has the answer; it is found out."""

    fact: DisputeFact
    answer_id: UUID


@event("payments.dispute_answer_refused", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswerRefused:
    """The provider surely did not take the answer; another may be given."""

    fact: DisputeFact
    answer_id: UUID
    stage: Stage
    code: str


@event("payments.dispute_due_soon", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDueSoon:
    """Its deadline is near and nobody has answered; told once per stage."""

    fact: DisputeFact
    stage: Stage
    due_at: datetime


@event("payments.dispute_evidence_added", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeEvidenceAdded:
    """A file was put beside it. What is in it is kept sealed, elsewhere."""

    fact: DisputeFact
    evidence_id: UUID
    kind: str
    media_type: str
    size: int
    sha256: str


@event("payments.dispute_fee_charged", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFeeCharged:
    """The provider took its fee. It is the house's, and stays so when the dispute is won."""

    fact: DisputeFact
    movement: str
    fee_minor: int
    currency: str


DisputeEvent = (
    DisputeOpened
    | DisputeAdvanced
    | DisputeAnswerOrdered
    | DisputeAnswerStarted
    | DisputeAnswerUnknown
    | DisputeAnswered
    | DisputeAnswerRefused
    | DisputeDueSoon
    | DisputeEvidenceAdded
    | DisputeFeeCharged
)

DISPUTE_EVENTS = (
    DisputeOpened,
    DisputeAdvanced,
    DisputeAnswerOrdered,
    DisputeAnswerStarted,
    DisputeAnswerUnknown,
    DisputeAnswered,
    DisputeAnswerRefused,
    DisputeDueSoon,
    DisputeEvidenceAdded,
    DisputeFeeCharged,
)

"""What can be asked of a dispute. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.dispute.events import DisputeFact
from payments.domain.dispute.words import AnswerStatus, AnswerWord, DisputeTold, EvidenceSent, Fee


@dataclass(frozen=True, slots=True, kw_only=True)
class HearDispute:
    """The provider's word, verified. `deposited_minor` and `currency` are those of the deposit: what is wanted back
    where the word does not say.
    """

    fact: DisputeFact
    word: DisputeTold
    said_at: datetime
    deposited_minor: int
    currency: str
    fee: Fee | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDispute:
    """Staff say that it was accepted, or evidence submitted, at the provider by hand."""

    status: AnswerStatus
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """Have the provider told that we accept it, or contest it: with this `evidence`, for the reason `defence`."""

    answer_id: UUID
    status: AnswerStatus
    now: datetime
    evidence: tuple[EvidenceSent, ...] = ()
    defence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAnswer:
    """The answer is about to be sent, as this customer of the provider."""

    answer_id: UUID
    sent_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearAnswer:
    """What the provider says to our answer."""

    answer_id: UUID
    word: AnswerWord
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDispute:
    """Time passed: warn `warn_before` seconds before the deadline, and note when it is over."""

    now: datetime
    warn_before_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEvidence:
    """A file was kept for it."""

    evidence_id: UUID
    kind: str
    media_type: str
    size: int
    sha256: str


DisputeCommand = HearDispute | AnswerDispute | OrderAnswer | StartAnswer | HearAnswer | WatchDispute | AddEvidence

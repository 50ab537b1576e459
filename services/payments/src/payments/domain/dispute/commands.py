"""What can be asked of a dispute. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from payments.domain.dispute.events import DisputeFact
from payments.domain.dispute.words import DisputeTold, Fee, Status


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
    """Staff accept it, or evidence was submitted (`by_hand`: at the provider)."""

    status: Literal[Status.ACCEPTED, Status.CHALLENGED]
    now: datetime
    by_hand: bool = False


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


DisputeCommand = HearDispute | AnswerDispute | WatchDispute | AddEvidence

"""What can be asked of a case. `required` is what the casino's profile asks of its players at `now`."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Open the player's one case."""

    player_id: UUID
    casino_id: UUID
    country: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDocument:
    """Add an inspected, stored file. `uploaded_by` is the id of the person who sent it: the player or staff."""

    document_id: UUID
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_by: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDocument:
    """Find a document good."""

    document_id: UUID
    expires_on: date | None
    decided_by: str
    required: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectDocument:
    """Refuse a document for a reason of the catalogue; also takes an acceptance back."""

    document_id: UUID
    reason: str
    decided_by: str
    required: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordScreening:
    """Note the outcome of one comparison with all lists.

    `raised` are the hits that wait for a person after it, `withdrawn` those that were open and match no more.
    """

    raised: tuple[UUID, ...]
    withdrawn: tuple[UUID, ...]
    lists: tuple[str, ...]
    required: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleHit:
    """Note a person's decision on one of the case's hits."""

    hit_id: UUID
    confirmed: bool
    required: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessLevel:
    """Work the level out again, because the casino's profile now asks for something else."""

    required: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeName:
    """Note that the player is called otherwise: who it is has to be proved, and compared with the lists, again."""

    required: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCase:
    """Forget the player's documents."""

    now: datetime


CaseCommand = (
    OpenCase
    | UploadDocument
    | AcceptDocument
    | RejectDocument
    | RecordScreening
    | SettleHit
    | AssessLevel
    | ChangeName
    | EraseCase
)

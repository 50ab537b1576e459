"""What happens to a case. Nothing here tells who the player is."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.domain import event
from verification.domain.case.catalogue import Level


@event("verification.case_opened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """A player registered; somebody has to find out who it is."""

    player_id: UUID
    casino_id: UUID
    country: str
    opened_at: datetime


@event("verification.document_uploaded", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentUploaded:
    """A file passed inspection and lies encrypted in the store. `sha256` is that of the bytes as they were sent."""

    document_id: UUID
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_by: str
    uploaded_at: datetime


@event("verification.document_accepted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAccepted:
    """A person looked at the document and found it good."""

    document_id: UUID
    kind: str
    expires_on: date | None
    decided_by: str
    decided_at: datetime


@event("verification.document_rejected", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRejected:
    """A person refused the document, or took an earlier acceptance back. `final`: no other document can help."""

    document_id: UUID
    kind: str
    reason: str
    final: bool
    decided_by: str
    decided_at: datetime


@event("verification.document_reopened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReopened:
    """What the accepted document proved is no longer so; it waits for a person again."""

    document_id: UUID
    kind: str
    reopened_at: datetime


@event("verification.name_changed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class NameChanged:
    """The player is called otherwise. No list was compared with this name, and no document accepted for it."""

    changed_at: datetime


@event("verification.screening_completed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningCompleted:
    """The name was compared with every list in force (`kind@version`)."""

    raised: tuple[UUID, ...]
    withdrawn: tuple[UUID, ...]
    open_hits: int
    lists: tuple[str, ...]
    screened_at: datetime


@event("verification.hit_settled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class HitSettled:
    """A person decided one of the case's hits."""

    hit_id: UUID
    confirmed: bool
    settled_at: datetime


@event("verification.level_reached", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReached:
    """How far the player is known, from now on."""

    level: Level
    previous: Level
    reached_at: datetime


@event("verification.case_erased", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseErased:
    """The player's personal data is gone; the case tells only that there was one."""

    erased_at: datetime


CaseEvent = (
    CaseOpened
    | DocumentUploaded
    | DocumentAccepted
    | DocumentRejected
    | DocumentReopened
    | NameChanged
    | ScreeningCompleted
    | HitSettled
    | LevelReached
    | CaseErased
)

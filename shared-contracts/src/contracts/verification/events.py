"""What verification tells the others: how far a player is known, and what was found."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, Count, ExternalRef, FreeText, PlayerId, Slug

CASES = "verification.case.events"
LISTS = "verification.list.events"

Level = Literal["none", "basic", "verified"]


class CaseOpened(
    ContractEvent, type="verification.case_opened", version=1, topic=CASES, key="player_id", consumers=("backoffice",)
):
    """Somebody has to find out who this player is."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId


class DocumentUploaded(
    ContractEvent,
    type="verification.document_uploaded",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice",),
):
    """A document arrived and waits for a person."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    document_id: UUID
    kind: Code
    """What the player says it is: `passport`, say."""


class DocumentAccepted(
    ContractEvent,
    type="verification.document_accepted",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice",),
):
    """A person found the document good."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    document_id: UUID
    kind: Code
    expires_on: date | None = None
    """The last day on which the document counts."""


class DocumentRejected(
    ContractEvent,
    type="verification.document_rejected",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice",),
):
    """A person refused the document, for one of the catalogue's reasons."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    document_id: UUID
    kind: Code
    reject_reason: FreeText
    """What the player is told."""


class ScreeningCompleted(
    ContractEvent,
    type="verification.screening_completed",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice",),
):
    """The name was compared with every list; `hits` of them wait for a person."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    hits: Count
    """Possible matches that wait for a person."""
    lists: tuple[Slug, ...]
    """The lists that were searched."""


class HitRaised(
    ContractEvent,
    type="verification.hit_raised",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice", "payments"),
):
    """A name on a list may be this player's; a person has to decide."""

    hit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId


class HitWithdrawn(
    ContractEvent,
    type="verification.hit_withdrawn",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice", "payments"),
):
    """The list no longer has the name, or the player another one: nobody has to decide it any more."""

    hit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId


class HitDecided(
    ContractEvent,
    type="verification.hit_decided",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice", "payments"),
):
    """A person decided that a hit is not this player (`clear`) or is (`confirm`)."""

    hit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    decision: Literal["clear", "confirm"]


class VerificationLevelReached(
    ContractEvent,
    type="verification.level_reached",
    version=1,
    topic=CASES,
    key="player_id",
    consumers=("backoffice", "payments"),
):
    """How far the player is known now. `none` again when something was taken back."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    level: Level
    previous: Level
    """The level before."""


class ScreeningListImported(ContractEvent, type="verification.list_imported", version=1, topic=LISTS, key="list_name"):
    """A new version of a list is in force."""

    list_name: Slug
    list_version: ExternalRef
    """The publisher's own mark or date."""
    entries: Count
    """Names and aliases that can match."""

"""What can be asked of a game session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from games.domain.session.events import CloseCause, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A player who may play wants to."""

    player_id: UUID
    casino_id: UUID
    supplier: str
    game_code: str
    currency: str
    country: str
    platform: Platform
    token_hash: str
    expires_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLaunch:
    """The supplier said yes."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSilence:
    """The supplier's answer got lost, or it failed to give one."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonLaunch:
    """Nobody came back for the answer within the time a launch may take."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireSession:
    """The session's time may be over."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSession:
    """Something else ends it."""

    cause: CloseCause
    now: datetime


SessionCommand = OpenSession | RecordLaunch | RecordSilence | AbandonLaunch | ExpireSession | CloseSession

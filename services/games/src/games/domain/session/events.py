"""What can happen to a game session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import event

Platform = Literal["desktop", "mobile"]

CloseCause = Literal["expired", "launch_refused", "launch_abandoned", "player_blocked", "player_self_excluded"]


@event("games.session_opened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """A player may play this game; the supplier has not been asked yet. The token itself is never stored."""

    player_id: UUID
    casino_id: UUID
    supplier: str
    game_code: str
    currency: str
    country: str
    platform: Platform
    token_hash: str
    opened_at: datetime
    expires_at: datetime


@event("games.session_launched", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLaunched:
    """The supplier gave an address to play at. From now on it may take bets from the wallet."""

    player_id: UUID
    casino_id: UUID
    supplier: str
    game_code: str
    currency: str
    platform: Platform
    launched_at: datetime


@event("games.session_launch_left_unanswered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchLeftUnanswered:
    """The supplier did not say whether it launched the game; nobody holds an address to play at."""

    unanswered_at: datetime


@event("games.session_closed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed:
    """No more bets. Wins and rollbacks of bets already taken go on."""

    player_id: UUID
    casino_id: UUID
    cause: CloseCause
    was_launched: bool
    closed_at: datetime


SessionEvent = SessionOpened | SessionLaunched | LaunchLeftUnanswered | SessionClosed

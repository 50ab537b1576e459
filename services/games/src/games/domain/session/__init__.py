"""A player's game session: from the wish to play until the last bet it takes."""

from games.domain.session.aggregate import Session, session
from games.domain.session.commands import (
    AbandonLaunch,
    CloseSession,
    ExpireSession,
    OpenSession,
    RecordLaunch,
    RecordSilence,
    SessionCommand,
)
from games.domain.session.events import (
    LaunchLeftUnanswered,
    SessionClosed,
    SessionEvent,
    SessionLaunched,
    SessionOpened,
)

__all__ = [
    "AbandonLaunch",
    "CloseSession",
    "ExpireSession",
    "LaunchLeftUnanswered",
    "OpenSession",
    "RecordLaunch",
    "RecordSilence",
    "Session",
    "SessionClosed",
    "SessionCommand",
    "SessionEvent",
    "SessionLaunched",
    "SessionOpened",
    "session",
]

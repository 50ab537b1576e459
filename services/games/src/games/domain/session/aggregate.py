"""The life of a game session: opened by us, launched by the supplier, closed once and for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from chassis.domain import Decider
from games.domain.session.commands import (
    AbandonLaunch,
    CloseSession,
    ExpireSession,
    OpenSession,
    RecordLaunch,
    RecordSilence,
    SessionCommand,
)
from games.domain.session.errors import SessionAlreadyOpened, SessionIsClosed, SessionUnknown
from games.domain.session.events import (
    CloseCause,
    LaunchLeftUnanswered,
    SessionClosed,
    SessionEvent,
    SessionLaunched,
    SessionOpened,
)


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing happened yet."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The supplier is being asked; `unanswered` when it did not say how that ended."""

    facts: SessionOpened
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Launched:
    """The player can play."""

    facts: SessionOpened


@dataclass(frozen=True, slots=True)
class Closed:
    """The books are closed."""

    cause: CloseCause


Session = Absent | Opened | Launched | Closed


def decide(command: SessionCommand, state: Session) -> Sequence[SessionEvent]:
    match command:
        case OpenSession():
            return _open(command, state)
        case RecordLaunch():
            return _launch(command, state)
        case RecordSilence():
            return _silence(command, state)
        case AbandonLaunch():
            return _close(state, "launch_abandoned", command.now) if isinstance(state, Opened) else []
        case ExpireSession():
            return _expire(command, state)
        case CloseSession():
            return _close(state, command.cause, command.now)
        case _:
            assert_never(command)


def _open(command: OpenSession, state: Session) -> Sequence[SessionEvent]:
    match state:
        case Absent():
            return [
                SessionOpened(
                    player_id=command.player_id,
                    casino_id=command.casino_id,
                    supplier=command.supplier,
                    game_code=command.game_code,
                    currency=command.currency,
                    country=command.country,
                    platform=command.platform,
                    token_hash=command.token_hash,
                    opened_at=command.now,
                    expires_at=command.expires_at,
                )
            ]
        case Opened() | Launched() | Closed():
            raise SessionAlreadyOpened
        case _:
            assert_never(state)


def _launch(command: RecordLaunch, state: Session) -> Sequence[SessionEvent]:
    match state:
        case Absent():
            raise SessionUnknown
        case Opened(facts=facts):
            return [
                SessionLaunched(
                    player_id=facts.player_id,
                    casino_id=facts.casino_id,
                    supplier=facts.supplier,
                    game_code=facts.game_code,
                    currency=facts.currency,
                    platform=facts.platform,
                    launched_at=command.now,
                )
            ]
        case Launched():
            return []  # The player asked again for the address of a game that runs.
        case Closed():
            raise SessionIsClosed
        case _:
            assert_never(state)


def _silence(command: RecordSilence, state: Session) -> Sequence[SessionEvent]:
    match state:
        case Absent():
            raise SessionUnknown
        case Opened(unanswered=False):
            return [LaunchLeftUnanswered(unanswered_at=command.now)]
        case Opened() | Launched() | Closed():
            return []
        case _:
            assert_never(state)


def _expire(command: ExpireSession, state: Session) -> Sequence[SessionEvent]:
    match state:
        case Absent():
            raise SessionUnknown
        case Opened(facts=facts) | Launched(facts=facts):
            return _close(state, "expired", command.now) if facts.expires_at <= command.now else []
        case Closed():
            return []
        case _:
            assert_never(state)


def _close(state: Session, cause: CloseCause, now: datetime) -> Sequence[SessionEvent]:
    match state:
        case Absent():
            raise SessionUnknown
        case Opened(facts=facts) | Launched(facts=facts):
            return [
                SessionClosed(
                    player_id=facts.player_id,
                    casino_id=facts.casino_id,
                    cause=cause,
                    was_launched=isinstance(state, Launched),
                    closed_at=now,
                )
            ]
        case Closed():
            return []
        case _:
            assert_never(state)


def evolve(state: Session, event: SessionEvent) -> Session:
    match event:
        case SessionOpened():
            return Opened(event)
        case LaunchLeftUnanswered():
            return Opened(state.facts, unanswered=True) if isinstance(state, Opened) else state
        case SessionLaunched():
            return Launched(state.facts) if isinstance(state, Opened) else state
        case SessionClosed():
            return Closed(event.cause)
        case _:
            assert_never(event)


session: Decider[SessionCommand, Session, SessionEvent] = Decider("game_session", Absent(), decide, evolve)

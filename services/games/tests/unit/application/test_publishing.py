"""What of a session others hear."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.store import Actor, Meta, Recorded
from contracts.games.events import GameSessionClosed, GameSessionOpened
from games.application.publishing import publish
from games.domain.session import LaunchLeftUnanswered, SessionClosed, SessionLaunched, SessionOpened

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PLAYER, CASINO, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)
WHO: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO}
WHAT: dict[str, Any] = {"supplier": "hub88", "game_code": "g", "currency": "EUR", "platform": "mobile"}


def published(event: Any) -> list[Any]:
    meta = Meta(actor=Actor("player", str(PLAYER)), occurred_at=NOW, casino_id=CASINO, correlation_id=uuid4())
    return list(publish(Recorded(event, uuid4(), "t", f"game_session-{SESSION}", 1, 1, meta)))


def test_a_launch_opens_the_session_to_the_world() -> None:
    assert published(SessionLaunched(**WHO, **WHAT, launched_at=NOW)) == [
        GameSessionOpened(session_id=SESSION, **WHO, **WHAT)
    ]


def test_a_session_that_ran_is_closed_to_the_world() -> None:
    closed = SessionClosed(**WHO, cause="expired", was_launched=True, closed_at=NOW)
    assert published(closed) == [GameSessionClosed(session_id=SESSION, **WHO, cause="expired")]


@pytest.mark.parametrize(
    "event",
    [
        SessionOpened(**WHO, **WHAT, country="MT", token_hash="h", opened_at=NOW, expires_at=NOW),
        LaunchLeftUnanswered(unanswered_at=NOW),
        SessionClosed(**WHO, cause="launch_refused", was_launched=False, closed_at=NOW),
    ],
)
def test_what_never_ran_is_nobodys_news(event: Any) -> None:
    assert published(event) == []

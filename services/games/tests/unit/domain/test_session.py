"""A game session: every command does it, refuses it, and stays quiet on a repeat."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.spec import Spec
from games.domain.session import (
    AbandonLaunch,
    CloseSession,
    ExpireSession,
    LaunchLeftUnanswered,
    OpenSession,
    RecordLaunch,
    RecordSilence,
    SessionClosed,
    SessionLaunched,
    SessionOpened,
    session,
)
from games.domain.session.aggregate import Closed
from games.domain.session.errors import SessionAlreadyOpened, SessionIsClosed, SessionUnknown

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
END = NOW + timedelta(hours=12)
PLAYER, CASINO = UUID(int=1), UUID(int=2)

_WHO: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO}
_WHAT: dict[str, Any] = {"supplier": "hub88", "game_code": "clt_dragonrising", "currency": "EUR", "platform": "mobile"}

OPEN = OpenSession(**_WHO, **_WHAT, country="MT", token_hash="ab", expires_at=END, now=NOW)
OPENED = SessionOpened(**_WHO, **_WHAT, country="MT", token_hash="ab", opened_at=NOW, expires_at=END)
LAUNCHED = SessionLaunched(**_WHO, **_WHAT, launched_at=LATER)
UNANSWERED = LaunchLeftUnanswered(unanswered_at=LATER)


def closed(cause: Any, *, was_launched: bool, at: datetime = LATER) -> SessionClosed:
    return SessionClosed(**_WHO, cause=cause, was_launched=was_launched, closed_at=at)


@pytest.fixture
def spec() -> Spec[Any, Any, Any]:
    return Spec(session)


def test_a_session_opens_with_everything_a_bet_must_match(spec: Spec[Any, Any, Any]) -> None:
    spec.when(OPEN).then(OPENED)


def test_an_id_is_taken_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED).when(OPEN).then_raises(SessionAlreadyOpened)


def test_an_opened_session_is_launched(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED).when(RecordLaunch(now=LATER)).then(LAUNCHED)


def test_a_launch_that_was_left_unanswered_can_still_be_answered(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED, UNANSWERED).when(RecordLaunch(now=LATER)).then(LAUNCHED)


def test_launching_twice_adds_nothing(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED, LAUNCHED).when(RecordLaunch(now=LATER)).then_nothing()


def test_a_closed_session_is_not_launched(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED, closed("launch_abandoned", was_launched=False)).when(RecordLaunch(now=LATER)).then_raises(
        SessionIsClosed
    )


def test_silence_of_the_supplier_is_a_state_of_its_own(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED).when(RecordSilence(now=LATER)).then(UNANSWERED)
    spec.given(OPENED, UNANSWERED).when(RecordSilence(now=LATER)).then_nothing()
    spec.given(OPENED, LAUNCHED).when(RecordSilence(now=LATER)).then_nothing()


def test_a_launch_nobody_came_back_for_is_abandoned(spec: Spec[Any, Any, Any]) -> None:
    abandoned = closed("launch_abandoned", was_launched=False)
    spec.given(OPENED).when(AbandonLaunch(now=LATER)).then(abandoned)
    spec.given(OPENED, UNANSWERED).when(AbandonLaunch(now=LATER)).then(abandoned)


def test_a_running_game_is_not_abandoned(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED, LAUNCHED).when(AbandonLaunch(now=LATER)).then_nothing()


def test_a_session_expires_when_its_time_is_over_and_not_before(spec: Spec[Any, Any, Any]) -> None:
    spec.given(OPENED, LAUNCHED).when(ExpireSession(now=END - timedelta(seconds=1))).then_nothing()
    spec.given(OPENED, LAUNCHED).when(ExpireSession(now=END)).then(closed("expired", was_launched=True, at=END))


def test_a_block_ends_a_session(spec: Spec[Any, Any, Any]) -> None:
    block = CloseSession(cause="player_blocked", now=LATER)
    spec.given(OPENED, LAUNCHED).when(block).then(closed("player_blocked", was_launched=True))


@pytest.mark.parametrize(
    "command",
    [CloseSession(cause="player_blocked", now=LATER), ExpireSession(now=END), AbandonLaunch(now=LATER)],
)
def test_closing_a_closed_session_adds_nothing(spec: Spec[Any, Any, Any], command: Any) -> None:
    spec.given(OPENED, LAUNCHED, closed("expired", was_launched=True)).when(command).then_nothing()


@pytest.mark.parametrize(
    "command",
    [RecordLaunch(now=NOW), RecordSilence(now=NOW), ExpireSession(now=END), CloseSession(cause="expired", now=NOW)],
)
def test_there_is_nothing_to_do_to_a_session_that_never_was(spec: Spec[Any, Any, Any], command: Any) -> None:
    spec.when(command).then_raises(SessionUnknown)


@given(
    st.lists(
        st.sampled_from(
            [
                RecordLaunch(now=LATER),
                RecordSilence(now=LATER),
                AbandonLaunch(now=LATER),
                ExpireSession(now=END),
                CloseSession(cause="player_blocked", now=LATER),
            ]
        ),
        max_size=10,
    )
)
def test_a_session_closes_once_and_nothing_happens_to_it_afterwards(commands: list[Any]) -> None:
    history: list[Any] = [OPENED]
    for command in commands:
        state = session.fold(history)
        try:
            events = session.decide(command, state)
        except SessionIsClosed:
            events = []
        if isinstance(state, Closed):
            assert not events
        history.extend(events)
    assert sum(isinstance(event, SessionClosed) for event in history) <= 1

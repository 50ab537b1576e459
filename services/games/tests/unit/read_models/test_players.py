"""The copy of a player: blocks come and go, exclusions add up."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.store import Actor, Meta, Recorded
from contracts.backoffice.events import PlayerBlocked, PlayerRegistered, PlayerUnblocked, SelfExclusionStarted
from games.read_models.players import fold

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PLAYER, CASINO = UUID(int=1), UUID(int=2)
REGISTERED = PlayerRegistered(player_id=PLAYER, casino_id=CASINO, country="MT", currency="EUR", registered_at=NOW)
BLOCKED = PlayerBlocked(player_id=PLAYER, casino_id=CASINO)
UNBLOCKED = PlayerUnblocked(player_id=PLAYER, casino_id=CASINO)


def excluded(until: date | None) -> SelfExclusionStarted:
    return SelfExclusionStarted(player_id=PLAYER, casino_id=CASINO, started_at=NOW, until=until)


def folded(*events: Any) -> dict[str, Any] | None:
    row: dict[str, Any] | None = None
    for event in events:
        meta = Meta(actor=Actor("staff", "s"), occurred_at=NOW, casino_id=CASINO, correlation_id=uuid4())
        row = fold(row, Recorded(event, uuid4(), event.type, f"player-{PLAYER}", 1, 1, meta))
    return row


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], (False, False, None)),
        ([BLOCKED], (True, False, None)),
        ([BLOCKED, UNBLOCKED], (False, False, None)),
        ([excluded(None)], (False, True, None)),
        ([excluded(date(2026, 8, 1))], (False, True, datetime(2026, 8, 2, 12, tzinfo=UTC))),
        ([excluded(date(2026, 8, 1)), excluded(date(2026, 7, 1))], (False, True, datetime(2026, 8, 2, 12, tzinfo=UTC))),
        ([excluded(date(2026, 8, 1)), excluded(date(2026, 9, 1))], (False, True, datetime(2026, 9, 2, 12, tzinfo=UTC))),
        ([excluded(None), excluded(date(2026, 9, 1))], (False, True, None)),
        ([excluded(date(2026, 9, 1)), excluded(None)], (False, True, None)),
        ([BLOCKED, excluded(None), UNBLOCKED], (False, True, None)),
    ],
)
def test_a_player_may_not_play_as_long_as_anything_stands_against_it(events: list[Any], expected: Any) -> None:
    row = folded(REGISTERED, *events)
    assert row is not None
    assert (row["blocked"], row["excluded"], row["excluded_until"]) == expected


@pytest.mark.parametrize("event", [BLOCKED, UNBLOCKED, excluded(None)])
def test_nobody_is_made_up_from_news_about_them(event: Any) -> None:
    assert folded(event) is None

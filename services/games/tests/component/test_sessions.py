"""Launching games."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.games.tests.component.casino import API, STAFF, Casino
from services.games.tests.support.facts import CASINO, GAME, OTHER_CASINO, OTHER_PLAYER, PLAYER

from chassis.domain import FixedClock
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import PlayerBlocked, PlayerUnblocked, SelfExclusionStarted
from contracts.games.permissions import GamesPermission as P

SESSIONS = f"{API}/sessions"
SINCE = {"opened_at": "gte.2000-01-01"}


async def test_only_players_launch(casino: Casino) -> None:
    body = {"game_code": GAME, "platform": "desktop", "lang": "en", "lobby_url": "https://casino.test"}
    headers = {"Idempotency-Key": "launch-as-staff"}
    assert (await casino.client.post(SESSIONS, json=body, headers=headers)).status_code == 401
    assert (await casino.client.post(SESSIONS, json=body, headers={**headers, **STAFF})).status_code == 403


async def sessions(casino: Casino) -> list[dict[str, Any]]:
    answer = await casino.client.get(SESSIONS, params=SINCE, headers=STAFF)
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_launch_asks_the_supplier_and_answers_with_the_address(casino: Casino) -> None:
    answer = await casino.launch(platform="mobile", lang="de")
    assert answer.status_code == 201
    (asked,) = casino.hub88.launches()
    assert answer.json()["url"] == f"https://play.hub88.test/{GAME}?token={asked['token']}"
    assert asked == {
        "operator_id": 7,
        "user": str(PLAYER),
        "token": asked["token"],
        "game_code": GAME,
        "platform": "GPL_MOBILE",
        "lang": "de",
        "currency": "EUR",
        "country": "MT",
        "lobby_url": "https://casino.test/lobby",
        "ip": "127.0.0.1",
    }
    assert len(asked["token"]) >= 43
    (row,) = await sessions(casino)
    assert (row["session_id"], row["state"]) == (answer.json()["session_id"], "open")
    assert await casino.published("games.session_opened") == [
        {
            "session_id": row["session_id"],
            "player_id": str(PLAYER),
            "casino_id": str(CASINO),
            "supplier": "hub88",
            "game_code": GAME,
            "currency": "EUR",
            "platform": "mobile",
        }
    ]


async def test_the_token_is_kept_nowhere(casino: Casino) -> None:
    token = await casino.token()
    async with casino.service.db.read() as connection:
        for table in ("event", "rm_session_list", "outbox", "idempotency", "task"):
            for row in await connection.exec_driver_sql(f"SELECT * FROM {table}"):
                assert token not in str(row)


async def test_every_launch_has_a_token_of_its_own(casino: Casino) -> None:
    assert await casino.token() != await casino.token()


async def test_a_repeat_is_the_same_session_at_the_same_address(casino: Casino) -> None:
    first, second = await casino.launch(key="the-same-key"), await casino.launch(key="the-same-key")
    assert (second.status_code, second.json()) == (201, first.json())
    assert len(await sessions(casino)) == 1


async def test_concurrent_repeats_are_one_session(casino: Casino) -> None:
    answers = await asyncio.gather(*(casino.launch(key="all-at-once") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["session_id"] for answer in answers}) == 1
    assert len(await sessions(casino)) == 1


async def test_a_key_for_another_wish_is_refused(casino: Casino) -> None:
    await casino.launch(key="the-same-key")
    answer = await casino.launch(key="the-same-key", platform="mobile")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


async def test_an_explicit_no_closes_the_session(casino: Casino) -> None:
    casino.hub88.answers = [(403, b'{"error":"country is not enabled"}')]
    answer = await casino.launch(key="refused-key")
    assert (answer.status_code, answer.json()["code"]) == (409, "launch_refused")
    assert "country is not enabled" in answer.json()["detail"]
    (row,) = await sessions(casino)
    assert (row["state"], row["closed_because"]) == ("closed", "launch_refused")
    assert await casino.published("games.session_opened") == []
    assert await casino.published("games.session_closed") == []
    again = await casino.launch(key="refused-key")
    assert (again.status_code, again.json()["code"]) == (409, "session_closed")


@pytest.mark.parametrize("silence", [(500, b""), (0, b""), (200, b"<html>"), (429, b"{}")])
async def test_silence_is_not_taken_for_a_no_and_the_repeat_asks_again(
    casino: Casino, silence: tuple[int, bytes]
) -> None:
    casino.hub88.answers = [silence]
    answer = await casino.launch(key="unanswered-key")
    assert (answer.status_code, answer.json()["code"]) == (503, "launch_outcome_unknown")
    assert (await sessions(casino))[0]["state"] == "unanswered"
    again = await casino.launch(key="unanswered-key")
    assert again.status_code == 201
    first, second = casino.hub88.launches()
    assert first["token"] == second["token"]
    assert [row["state"] for row in await sessions(casino)] == ["open"]


async def test_a_launch_nobody_came_back_for_is_closed(casino: Casino, clock: FixedClock) -> None:
    casino.hub88.answers = [(500, b"")]
    await casino.launch()
    clock.advance(timedelta(minutes=5))
    await casino.tasks.run_due()
    (row,) = await sessions(casino)
    assert (row["state"], row["closed_because"]) == ("closed", "launch_abandoned")


async def test_a_session_ends_with_its_time(casino: Casino, clock: FixedClock) -> None:
    await casino.launch()
    clock.advance(timedelta(minutes=5))
    await casino.tasks.run_due()
    assert (await sessions(casino))[0]["state"] == "open"
    clock.advance(timedelta(hours=12))
    await casino.tasks.run_due()
    (row,) = await sessions(casino)
    assert (row["state"], row["closed_because"]) == ("closed", "expired")
    assert [one["cause"] for one in await casino.published("games.session_closed")] == ["expired"]
    opened, expires = datetime.fromisoformat(row["opened_at"]), datetime.fromisoformat(row["expires_at"])
    assert expires - opened == timedelta(hours=12)


async def test_a_blocked_player_launches_nothing_until_unblocked(casino: Casino, feed: Feed) -> None:
    await feed(PlayerBlocked(player_id=PLAYER, casino_id=CASINO))
    answer = await casino.launch()
    assert (answer.status_code, answer.json()["code"]) == (409, "player_blocked")
    await feed(PlayerUnblocked(player_id=PLAYER, casino_id=CASINO))
    assert (await casino.launch()).status_code == 201


async def test_an_excluded_player_launches_nothing_until_it_is_over(
    casino: Casino, feed: Feed, clock: FixedClock
) -> None:
    now = clock.now()
    until = (now + timedelta(days=30)).date()
    await feed(SelfExclusionStarted(player_id=PLAYER, casino_id=CASINO, started_at=now, until=until))
    answer = await casino.launch()
    assert (answer.status_code, answer.json()["code"]) == (409, "player_self_excluded")
    clock.advance(timedelta(days=32))
    assert (await casino.launch()).status_code == 201


async def test_unblocking_does_not_end_an_exclusion(casino: Casino, feed: Feed, clock: FixedClock) -> None:
    await feed(
        PlayerBlocked(player_id=PLAYER, casino_id=CASINO),
        SelfExclusionStarted(player_id=PLAYER, casino_id=CASINO, started_at=clock.now()),
        PlayerUnblocked(player_id=PLAYER, casino_id=CASINO),
    )
    assert (await casino.launch()).json()["code"] == "player_self_excluded"


@pytest.mark.parametrize("event", [PlayerBlocked, SelfExclusionStarted])
async def test_running_sessions_end_when_a_player_may_no_longer_play(
    casino: Casino, feed: Feed, clock: FixedClock, event: Any
) -> None:
    await casino.launch()
    await casino.launch()
    facts = {"started_at": clock.now()} if event is SelfExclusionStarted else {}
    records = await feed(event(player_id=PLAYER, casino_id=CASINO, **facts))
    await feed.again(records)
    cause = "player_blocked" if event is PlayerBlocked else "player_self_excluded"
    rows = await sessions(casino)
    exact = None if event is PlayerBlocked else cause
    assert [(row["closed_because"], row["restriction"]) for row in rows] == [("not_allowed", exact)] * 2
    for modes in ({}, {"rg": "mask"}, {"rg": "hash"}):
        blind = bearer(make_token(permissions=[P.SESSION_LIST], modes=modes))
        told = await casino.client.get(SESSIONS, params=SINCE, headers=blind)
        assert cause not in told.text
        asked = {**SINCE, "restriction": f"eq.{cause}"}
        assert (await casino.client.get(SESSIONS, params=asked, headers=blind)).status_code == 400
        asked = {**SINCE, "closed_because": f"eq.{cause}"}
        assert (await casino.client.get(SESSIONS, params=asked, headers=blind)).json() == []
    assert [one["cause"] for one in await casino.published("games.session_closed")] == [cause, cause]


async def test_games_that_are_off_closed_to_the_country_or_the_device_are_not_launched(casino: Casino) -> None:
    async def refusal(**changes: Any) -> tuple[int, str]:
        answer = await casino.launch(**changes)
        return answer.status_code, answer.json()["code"]

    assert await refusal(game_code="unheard_of") == (404, "not_found")
    assert await refusal(game_code="evo_roulette") == (409, "game_not_available")
    await casino.switch_on("evo_roulette")
    assert await refusal(game_code="evo_roulette", platform="mobile") == (409, "game_not_available")
    await casino.switch_on(blocked_countries=["MT"])
    assert await refusal() == (409, "game_not_available")
    await casino.switch_on()
    await casino.configure_hub88(enabled=False)
    assert await refusal() == (409, "game_not_available")
    assert casino.hub88.launches() == []


async def test_a_player_whose_registration_is_still_on_its_way_is_told_so(casino: Casino) -> None:
    stranger = Casino(casino.client, casino.hub88, casino.tasks, casino.service, CASINO, uuid4())
    answer = await stranger.launch()
    assert (answer.status_code, answer.json()["code"]) == (409, "player_not_known_yet")
    elsewhere = Casino(casino.client, casino.hub88, casino.tasks, casino.service, OTHER_CASINO, PLAYER)
    assert (await elsewhere.launch()).json()["code"] == "player_not_known_yet"


async def test_players_see_their_own_sessions_only(casino: Casino, feed: Feed) -> None:
    await casino.launch()
    mine = (await casino.client.get(SESSIONS, headers=casino.player_headers)).json()
    assert [UUID(row["player_id"]) for row in mine] == [PLAYER]
    other = bearer(make_token(kind="player", subject=OTHER_PLAYER, casino=CASINO))
    assert (await casino.client.get(SESSIONS, headers=other)).json() == []


async def test_nobody_reads_token_hashes(casino: Casino) -> None:
    await casino.launch()
    assert "token" not in (await casino.client.get(SESSIONS, params=SINCE, headers=STAFF)).text


BAD_WISHES: list[dict[str, Any]] = [
    {"game_code": ""},
    {"game_code": "x" * 256},
    {"game_code": 7},
    {"game_code": "a\x00b"},
    {"platform": "fridge"},
    {"platform": None},
    {"lang": "english"},
    {"lang": "EN"},
    {"lobby_url": "javascript:alert(1)"},
    {"lobby_url": "http://["},
    {"lobby_url": "https://x/" + "y" * 2048},
    {"lobby_url": 7},
    {"supplier": "No Slug"},
    {"extra": 1},
]


async def test_bad_wishes_are_refused(casino: Casino) -> None:
    for change in BAD_WISHES:
        answer = await casino.launch(**change)
        assert (answer.status_code, bool(answer.json()["errors"])) == (422, True), (change, answer.text)
    assert await sessions(casino) == []


async def test_a_launch_needs_a_key(casino: Casino) -> None:
    answer = await casino.client.post(SESSIONS, json={}, headers=casino.player_headers)
    assert answer.status_code in (400, 422)

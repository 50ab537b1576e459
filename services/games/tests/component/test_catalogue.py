"""Switching games on and off, and who sees which."""

from typing import Any
from uuid import uuid4

import httpx
from services.games.tests.component.casino import API, STAFF, Casino
from services.games.tests.support.facts import CASINO, GAME, OTHER_CASINO, PLAYER

from chassis.testing.feed import Feed
from chassis.testing.lists import after_of
from chassis.testing.tokens import bearer, make_token
from games.application.schema import metadata

GAMES = f"{API}/casinos/{CASINO}/games"


async def test_a_player_has_no_business_in_the_list(casino: Casino) -> None:
    assert (await casino.client.get(GAMES, headers=casino.player_headers)).status_code == 403


async def test_the_list_tells_what_the_supplier_offers_and_what_the_casino_chose(casino: Casino) -> None:
    await casino.switch_on(blocked_countries=["DE", "AT", "DE"])
    (dragon,) = (await casino.client.get(GAMES, params={"enabled": "eq.true"}, headers=STAFF)).json()
    assert dragon == {
        "supplier": "hub88",
        "game_code": GAME,
        "name": "Dragon Rising",
        "category": "Video Slots",
        "product": "Caleta",
        "platforms": ["desktop", "mobile"],
        "free_bets": True,
        "thumbnail_url": "https://cdn.hub88.test/dragon.png",
        "offered": True,
        "enabled": True,
        "closed_by_supplier": ["US"],
        "closed_by_casino": ["AT", "DE"],
    }


async def test_the_list_is_paged_and_sorted(casino: Casino) -> None:
    first = await casino.client.get(GAMES, params={"limit": "1", "order": "name.desc"}, headers=STAFF)
    assert [game["name"] for game in first.json()] == ["Roulette"]
    query = {"limit": "1", "order": "name.desc", "after": str(after_of(first))}
    second = await casino.client.get(GAMES, params=query, headers=STAFF)
    assert [game["name"] for game in second.json()] == ["Dragon Rising"]
    assert after_of(second) is None


async def test_another_casinos_games_are_its_own(casino: Casino) -> None:
    answer = await casino.client.get(f"{API}/casinos/{OTHER_CASINO}/games", headers=STAFF)
    assert answer.json() == []


async def test_a_decision_is_published_with_before_and_after(casino: Casino) -> None:
    await casino.switch_on(blocked_countries=["DE"])
    assert (await casino.published("games.availability_decided"))[-1] == {
        "casino_id": str(CASINO),
        "supplier": "hub88",
        "game_code": GAME,
        "name": "Dragon Rising",
        "category": "Video Slots",
        "enabled": True,
        "blocked_countries": ["DE", "US"],
    }
    told = (await casino.published("platform.setting_changed"))[-1]
    assert (told["element"], told["element_id"]) == ("games.game", f"{CASINO}:hub88:{GAME}")
    assert told["before"] == {"enabled": True, "blocked_countries": []}
    assert told["after"] == {"enabled": True, "blocked_countries": ["DE"]}


async def test_deciding_the_same_again_tells_nobody(casino: Casino) -> None:
    before = await casino.published("games.availability_decided")
    assert (await casino.switch_on()).status_code == 200
    assert await casino.published("games.availability_decided") == before


async def test_games_nobody_offers_are_not_found(casino: Casino) -> None:
    assert (await casino.switch_on("unheard_of")).status_code == 404
    assert (await casino.switch_on(supplier="another")).status_code == 404


async def test_a_game_that_is_no_longer_offered_cannot_be_switched_on(casino: Casino) -> None:
    async with casino.service.db.write() as connection:
        await connection.exec_driver_sql("UPDATE catalogue_game SET offered = false")
    answer = await casino.switch_on("evo_roulette")
    assert (answer.status_code, answer.json()["code"]) == (409, "game_not_offered")
    assert (await casino.switch_on(enabled=False)).status_code == 200


async def test_a_code_of_two_suppliers_must_be_told_apart(casino: Casino) -> None:
    async with casino.service.db.write() as connection:
        for table in ("catalogue_game", "supplier_setting"):
            columns = [column.name for column in metadata.tables[table].columns if column.name != "supplier"]
            named = ", ".join(columns)
            await connection.exec_driver_sql(
                f"INSERT INTO {table} (supplier, {named}) SELECT 'another', {named} FROM {table}"
            )
    answer = await casino.switch_on()
    assert (answer.status_code, answer.json()["code"]) == (409, "game_code_ambiguous")
    assert answer.json()["errors"][0]["field"] == "supplier"
    assert (await casino.switch_on(supplier="hub88")).status_code == 200


BAD_DECISIONS: list[dict[str, Any]] = [
    {"enabled": "true"},
    {"enabled": None},
    {"enabled": 1},
    {"blocked_countries": ["de"]},
    {"blocked_countries": ["DEU"]},
    {"blocked_countries": "DE"},
    {"blocked_countries": ["DE"] * 251},
    {"blocked_countries": ["D\x00"]},
    {"supplier": "No Slug"},
    {"extra": True},
]


async def test_bad_decisions_are_refused(casino: Casino) -> None:
    for change in BAD_DECISIONS:
        answer = await casino.switch_on(**change)
        assert (answer.status_code, bool(answer.json()["errors"])) == (422, True), (change, answer.text)


async def test_the_lobby_shows_what_its_player_may_launch(casino: Casino, feed: Feed) -> None:
    async def lobby() -> list[str]:
        answer = await casino.client.get(f"{API}/lobby", headers=casino.player_headers)
        assert answer.status_code == 200
        return [game["game_code"] for game in answer.json()["items"]]

    assert await lobby() == [GAME]
    await casino.switch_on("evo_roulette")
    assert await lobby() == [GAME, "evo_roulette"]
    await casino.switch_on(blocked_countries=["MT"])
    assert await lobby() == ["evo_roulette"]
    await casino.configure_hub88(enabled=False)
    assert await lobby() == []


async def test_the_lobby_is_for_players_games_knows(casino: Casino) -> None:
    path = f"{API}/lobby"
    assert (await casino.client.get(path)).status_code == 401
    assert (await casino.client.get(path, headers=STAFF)).status_code == 403
    stranger = bearer(make_token(kind="player", subject=uuid4(), casino=CASINO))
    assert (await casino.client.get(path, headers=stranger)).status_code == 404
    elsewhere = bearer(make_token(kind="player", subject=PLAYER, casino=OTHER_CASINO))
    assert (await casino.client.get(path, headers=elsewhere)).status_code == 404


async def test_the_service_answers_while_all_others_are_away(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200

"""Rounds, as payments tells of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.games.tests.component.casino import API, STAFF, Casino
from services.games.tests.support.facts import CASINO, GAME, NOW, OTHER_CASINO, OTHER_PLAYER, PLAYER, SESSION

from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.golden import hear
from chassis.testing.rebuilding import assert_rebuilt_as_live
from chassis.testing.tokens import bearer, make_token
from contracts.games.permissions import GamesPermission
from contracts.games.rounds import round_id
from contracts.payments.events import RollbackRemembered, TransferPosted
from contracts.registry import consumed_by

ROUNDS = f"{API}/rounds"


def posted(kind: Any, amount: int, *, at: int = 0, **changes: Any) -> TransferPosted:
    signs = {"bet": -1, "win": 1, "rollback_bet": 1, "rollback_win": -1}
    facts: dict[str, Any] = {
        "transfer_id": uuid4(),
        "player_id": PLAYER,
        "casino_id": CASINO,
        "kind": kind,
        "currency": "EUR",
        "amount_minor": amount,
        "delta_minor": amount * signs.get(kind, 1),
        "balance_minor": 1000,
        "posted_at": NOW + timedelta(seconds=at),
        "supplier": "hub88",
        "game_code": GAME,
        "round_ref": "r1",
        "session_id": SESSION,
        "supplier_tx": f"tx-{at}",
    }
    return TransferPosted(**{**facts, **changes})


def remembered(**changes: Any) -> RollbackRemembered:
    facts: dict[str, Any] = {
        "transfer_id": uuid4(),
        "player_id": PLAYER,
        "casino_id": CASINO,
        "supplier": "hub88",
        "round_ref": "r1",
        "posted_at": NOW,
        "game_code": GAME,
    }
    return RollbackRemembered(**{**facts, **changes})


async def listed(casino: Casino, **query: str) -> list[dict[str, Any]]:
    answer = await casino.client.get(ROUNDS, params={"opened_at": "gte.2000-01-01", **query}, headers=STAFF)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_round_adds_up(casino: Casino, feed: Feed) -> None:
    await feed(
        posted("bet", 300),
        posted("bet", 200, at=1),
        posted("win", 150, at=2),
        posted("rollback_bet", 200, at=3),
        posted("win", 50, at=4),
        posted("rollback_win", 50, at=5),
        posted("win", 0, at=6, round_closed=True),
    )
    (row,) = await listed(casino)
    assert (row["bets_minor"], row["wins_minor"]) == (500, 200)
    assert (row["rolled_back_bets_minor"], row["rolled_back_wins_minor"]) == (200, 50)
    assert row["net_minor"] == (500 - 200) - (200 - 50)
    assert (row["bets"], row["wins"], row["rollbacks"]) == (2, 3, 2)
    assert (row["state"], row["currency"], row["session_id"]) == ("closed", "EUR", str(SESSION))
    assert datetime.fromisoformat(row["opened_at"]) == NOW
    assert datetime.fromisoformat(row["closed_at"]) == NOW + timedelta(seconds=6)


async def test_the_same_event_twice_counts_once(casino: Casino, feed: Feed) -> None:
    records = await feed(posted("bet", 300), posted("win", 100, at=1))
    before = await listed(casino)
    await feed.again(records)
    assert await listed(casino) == before


async def test_players_of_one_table_have_their_own_rounds(casino: Casino, feed: Feed) -> None:
    await feed(posted("bet", 100))
    await feed(posted("bet", 100, player_id=OTHER_PLAYER))
    await feed(posted("bet", 100, game_code="another"))
    await feed(posted("bet", 100, casino_id=OTHER_CASINO, player_id=OTHER_PLAYER))
    assert len(await listed(casino)) == 4
    assert len(await listed(casino, casino_id=f"eq.{OTHER_CASINO}")) == 1


async def test_money_that_is_no_game_is_no_round(casino: Casino, feed: Feed) -> None:
    names = ("supplier", "game_code", "round_ref", "session_id", "supplier_tx")
    plain: dict[str, Any] = dict.fromkeys(names)
    await feed(posted("deposit", 100, provider="stripe", **plain), posted("withdrawal_hold", 100, **plain))
    assert await listed(casino) == []


async def test_a_rollback_that_came_first_is_seen(casino: Casino, feed: Feed) -> None:
    await feed(remembered(), remembered(game_code=None))
    (row,) = await listed(casino)
    assert (row["rollbacks"], row["bets"], row["net_minor"], row["currency"]) == (1, 0, 0, None)
    shown = (await casino.client.get(f"{ROUNDS}/{row['round_id']}", headers=STAFF)).json()
    assert [movement["kind"] for movement in shown["movements"]] == ["rollback_of_unknown"]


async def test_a_round_shows_its_movements_in_order(casino: Casino, feed: Feed) -> None:
    bet = posted("bet", 300)
    await feed(bet, posted("win", 100, at=1, reference_id=bet.transfer_id, round_closed=True))
    (row,) = await listed(casino)
    shown = (await casino.client.get(f"{ROUNDS}/{row['round_id']}", headers=STAFF)).json()
    assert {name: shown[name] for name in row} == row
    first, second = shown["movements"]
    assert (first["kind"], first["amount_minor"], first["supplier_tx"]) == ("bet", 300, "tx-0")
    assert (second["reference_id"], second["closes_round"]) == (str(bet.transfer_id), True)


async def test_players_see_their_own_rounds_only(casino: Casino, feed: Feed) -> None:
    await feed(posted("bet", 100))
    (row,) = (await casino.client.get(ROUNDS, headers=casino.player_headers)).json()
    path = f"{ROUNDS}/{row['round_id']}"
    assert (await casino.client.get(path, headers=casino.player_headers)).status_code == 200
    other = bearer(make_token(kind="player", subject=OTHER_PLAYER, casino=CASINO))
    assert (await casino.client.get(ROUNDS, headers=other)).json() == []
    assert (await casino.client.get(path, headers=other)).status_code == 404


async def test_a_round_nobody_played_is_not_found(casino: Casino) -> None:
    assert (await casino.client.get(f"{ROUNDS}/{uuid4()}", headers=STAFF)).status_code == 404
    assert (await casino.client.get(f"{ROUNDS}/no-uuid", headers=STAFF)).status_code == 422


async def test_amounts_are_filtered_with_their_currency(casino: Casino, feed: Feed) -> None:
    await feed(posted("bet", 100), posted("bet", 900, round_ref="r2"))
    found = await listed(casino, bets_minor="gte.500", currency="eq.EUR")
    assert [row["round_ref"] for row in found] == ["r2"]
    answer = await casino.client.get(ROUNDS, params={"bets_minor": "gte.500"}, headers=STAFF)
    assert (answer.status_code, answer.json()["code"]) == (400, "LST110")


async def test_a_round_is_found_by_the_suppliers_id_or_its_session_without_a_range_of_time(
    casino: Casino, feed: Feed
) -> None:
    later, other = uuid4(), uuid4()
    await feed(posted("bet", 100), posted("bet", 100, at=1, round_ref="r2", session_id=later))
    await feed(posted("bet", 100, at=2, round_ref="r2", session_id=other, casino_id=OTHER_CASINO))
    sought = {
        "round_ref=eq.r2": [str(other), str(later)],
        "round_ref=in.(r1,r3)": [str(SESSION)],
        f"session_id=eq.{later}": [str(later)],
        f"session_id=in.({SESSION},{later})": [str(later), str(SESSION)],
    }
    for query, sessions in sought.items():
        answer = await casino.client.get(f"{ROUNDS}?{query}", headers=STAFF)
        assert [row["session_id"] for row in answer.json()] == sessions, query
    here = bearer(make_token(permissions=[GamesPermission.ROUND_LIST], casinos=[CASINO]))
    answer = await casino.client.get(f"{ROUNDS}?round_ref=eq.r2", headers=here)
    assert [row["session_id"] for row in answer.json()] == [str(later)]
    for query in ("round_ref=like.r*", "session_id=is.null", "round_ref=neq.r1", "game_code=eq.g1"):
        answer = await casino.client.get(f"{ROUNDS}?{query}", headers=STAFF)
        assert (answer.status_code, answer.json()["code"]) == (400, "LST116"), query


async def test_rounds_are_sorted_by_each_amount_of_one_currency(casino: Casino, feed: Feed) -> None:
    await feed(posted("bet", 900), posted("bet", 500, at=1, round_ref="r2"), posted("win", 800, at=2, round_ref="r2"))
    await feed(posted("rollback_bet", 10, at=3, round_ref="r2"), posted("rollback_win", 5, at=4, round_ref="r2"))
    await feed(posted("bet", 700, round_ref="r3", currency="SEK"))
    largest = {"bets": "r1", "wins": "r2", "rolled_back_bets": "r2", "rolled_back_wins": "r2", "net": "r1"}
    for name, first in largest.items():
        found = await listed(casino, order=f"{name}_minor.desc", currency="eq.EUR")
        assert [row["round_ref"] for row in found] == [first, "r2" if first == "r1" else "r1"], name
        asked = {"opened_at": "gte.2000-01-01", "order": f"{name}_minor.desc"}
        answer = await casino.client.get(ROUNDS, params=asked, headers=STAFF)
        assert (answer.status_code, answer.json()["code"]) == (400, "LST110"), name


async def test_rebuilt_read_models_are_the_live_ones(casino: Casino, feed: Feed, service: Service) -> None:
    await hear(service, *consumed_by("games"))
    await casino.launch()
    for number in range(20):
        bet = posted("bet", 100 + number, at=number, round_ref=f"r{number % 7}")
        await feed(bet, posted("win", number, at=number, round_ref=f"r{number % 7}", round_closed=number % 3 == 0))
    await feed(remembered(round_ref="r3"))
    await assert_rebuilt_as_live(service)


def test_ids_of_rounds_are_made_from_facts() -> None:
    assert isinstance(round_id("hub88", CASINO, PLAYER, GAME, "r1"), UUID)

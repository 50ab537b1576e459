"""A player's balance and statement over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from chassis.testing.postgres import count_statements
from chassis.testing.tokens import make_token
from contracts.payments.permissions import PaymentsPermission
from contracts.payments.wallet import transfer_id
from payments.domain.ledger.accounts import WalletKey

from .conftest import CASINO, own_token


def staff(**more: Any) -> str:
    return make_token(permissions=list(PaymentsPermission), casinos=[CASINO], **more)


def iso(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def test_a_player_sees_what_he_has(house):
    key = await house.played()
    answer = await house.get(f"/players/{key.player_id}/balance", own_token(key))
    assert answer.json() == {
        "player_id": str(key.player_id),
        "casino_id": str(CASINO),
        "wallets": [
            {
                "currency": "EUR",
                "cash_minor": 550,
                "bonus_minor": 0,
                "on_hold_minor": 200,
                "owed_minor": 0,
                "bets_blocked": False,
                "deposits_blocked": False,
            }
        ],
    }


async def test_the_statement_explains_the_balance_movement_by_movement(house):
    key = await house.played()
    statement = (await house.get(f"/players/{key.player_id}/statement", own_token(key))).json()
    assert [(item["kind"], item["cash_delta_minor"], item["cash_balance_minor"]) for item in statement["items"]] == [
        ("withdrawal_hold", -200, 550),
        ("win", 50, 750),
        ("bet", -300, 700),
        ("deposit", 1_000, 1_000),
    ]
    assert statement["next"] is None
    assert statement["cash_minor"] == statement["items"][0]["cash_balance_minor"]
    hold, win, bet, deposit = statement["items"]
    assert (hold["hold_delta_minor"], hold["caused_by"]["provider"]) == (200, "trustly")
    assert win["caused_by"]["reference_id"] == bet["transfer_id"]
    assert (bet["caused_by"]["supplier"], bet["caused_by"]["round_ref"]) == ("hub88", "round-1")
    assert deposit["caused_by"]["provider"] == "stripe"


async def test_a_long_statement_is_read_page_by_page_without_gap_or_repeat(house):
    key: WalletKey = await house.player(1_000)
    await house.hop([house.item(key, "bet", f"t{n}", 1) for n in range(25)])
    seen, after = [], ""
    while True:
        page = (await house.get(f"/players/{key.player_id}/statement?limit=10{after}", own_token(key))).json()
        seen += [item["cash_balance_minor"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == list(range(975, 1_001))


async def test_a_statement_of_any_length_costs_two_queries(house):
    key = await house.player(1_000)
    await house.hop([house.item(key, "bet", f"t{n}", 1) for n in range(50)])
    with count_statements(house.service.db) as sent:
        await house.get(f"/players/{key.player_id}/statement", own_token(key))
    assert sent.count == 2, sent.sent


async def test_a_debt_shows_in_balance_and_statement(house):
    key = await house.player()
    win = transfer_id("hub88", key.player_id, "w", "win")
    await house.hop([house.item(key, "win", "w", 40)])
    await house.hop([house.item(key, "bet", "b", 25)])
    await house.hop([house.item(key, "rollback", "r", 0, of=win)])
    balance = (await house.get(f"/players/{key.player_id}/balance", own_token(key))).json()
    assert (balance["wallets"][0]["cash_minor"], balance["wallets"][0]["owed_minor"]) == (0, 25)
    items = (await house.get(f"/players/{key.player_id}/statement", own_token(key))).json()["items"]
    assert [(item["kind"], item["owed_delta_minor"], item["cash_balance_minor"]) for item in items[:2]] == [
        ("rollback_win", 0, 0),
        ("owed", 25, 40),
    ]


async def test_with_several_currencies_the_statement_asks_which(house):
    key = await house.played()
    await house.open(key._replace(currency="GBP"))
    path = f"/players/{key.player_id}/statement"
    unclear = await house.get(path, own_token(key))
    assert (unclear.status_code, unclear.json()["errors"][0]["field"]) == (422, "currency")
    assert len((await house.get(f"{path}?currency=EUR", own_token(key))).json()["items"]) == 4
    assert (await house.get(f"{path}?currency=GBP", own_token(key))).json()["items"] == []
    assert (await house.get(f"{path}?currency=USD", own_token(key))).status_code == 404
    balance = (await house.get(f"/players/{key.player_id}/balance", own_token(key))).json()
    assert [wallet["currency"] for wallet in balance["wallets"]] == ["EUR", "GBP"]


@pytest.mark.parametrize("what", ["balance", "statement"])
async def test_a_player_sees_nobody_else_and_nothing_of_another_casino(house, what: str):
    key, other = await house.player(100), await house.player(100)
    assert (await house.get(f"/players/{key.player_id}/{what}", own_token(other))).status_code == 404
    elsewhere = make_token(kind="player", subject=key.player_id, casino=uuid4())
    assert (await house.get(f"/players/{key.player_id}/{what}", elsewhere)).status_code == 404
    stranger = key._replace(player_id=uuid4())
    assert (await house.get(f"/players/{stranger.player_id}/{what}", own_token(stranger))).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("after=x", "after"),
        ("after=-1", "after"),
        ("currency=eur", "currency"),
    ],
)
async def test_a_question_that_makes_no_sense_names_its_field(house, query: str, field: str):
    key = await house.player(100)
    answer = await house.get(f"/players/{key.player_id}/statement?{query}", own_token(key))
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]


async def test_the_largest_cursor_is_no_accident(house):
    key = await house.player(100)
    answer = await house.get(f"/players/{key.player_id}/statement?after=9999999999999999999", own_token(key))
    assert len(answer.json()["items"]) == 1


@pytest.mark.parametrize("query", ["next=1", "foo=1", "limit=0", "limit=501", "after=last", "currency=eur"])
async def test_a_statement_is_asked_for_in_its_own_words_alone(house, query: str):
    key = await house.player(100)
    answer = await house.get(f"/players/{key.player_id}/statement?{query}", own_token(key))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [f"query.{query.partition('=')[0]}"]


async def test_who_sees_no_money_reads_of_balance_statement_and_books_no_amount(house):
    key = await house.played()
    for path in (f"/players/{key.player_id}/balance", f"/players/{key.player_id}/statement", "/ledger/summary"):
        blind = await house.get(path, staff(modes={}))
        assert blind.status_code == 200, blind.text
        assert "_minor" not in blind.text
        assert "_minor" in (await house.get(path, staff())).text
    summary = (await house.get("/ledger/summary", staff(modes={}))).json()
    assert summary["balanced"] is True


@pytest.mark.parametrize("modes", [{}, {"rg": "clear"}, {"aml": "clear"}, {"rg": "mask", "aml": "clear"}])
async def test_that_a_player_may_not_play_is_for_whoever_sees_exclusions_and_suspicions(house, modes):
    key = await house.played()
    path = f"/players/{key.player_id}/balance"
    (wallet,) = (await house.get(path, staff(modes={"financial": "clear", **modes}))).json()["wallets"]
    assert wallet == {"currency": "EUR", "cash_minor": 550, "bonus_minor": 0, "on_hold_minor": 200, "owed_minor": 0}
    (whole,) = (await house.get(path, staff())).json()["wallets"]
    assert (whole["bets_blocked"], whole["deposits_blocked"]) == (False, False)


async def test_a_wallet_at_an_instant_names_the_movement_that_left_it_so(house):
    key = await house.played()
    items = (await house.get(f"/players/{key.player_id}/wallets/EUR/movements", own_token(key))).json()
    at = items[-1]["posted_at"]
    held = (await house.get(f"/players/{key.player_id}/wallets/EUR/at?at={quote(at)}", own_token(key))).json()
    assert (held["cash_minor"], held["transfer_id"], held["owed_minor"]) == (1_000, items[-1]["transfer_id"], 0)
    assert held["number"] == items[-1]["number"]


async def test_a_statement_of_a_period_adds_up_and_its_movements_are_those_between_its_numbers(house):
    key = await house.played()
    path = f"/players/{key.player_id}/wallets/EUR"
    period = f"since={quote(iso(-1))}&until={quote(iso(0))}"
    statement = (await house.get(f"{path}/statement?{period}", own_token(key))).json()
    assert (statement["opening"]["cash_minor"], statement["closing"]["cash_minor"]) == (0, 550)
    assert {one["kind"]: one["cash_delta_minor"] for one in statement["sums"]} == {
        "deposit": 1_000,
        "bet": -300,
        "win": 50,
        "withdrawal_hold": -200,
    }
    between = f"and=(number.gt.{statement['opening']['number']},number.lte.{statement['closing']['number']})"
    assert len((await house.get(f"{path}/movements?{between}", own_token(key))).json()) == 4


async def test_who_moved_money_is_told_to_staff_and_not_to_the_player(house):
    key = await house.played()
    path = f"/players/{key.player_id}/wallets/EUR/movements"
    *_, deposit = (await house.get(path, staff())).json()
    *_, own = (await house.get(path, own_token(key))).json()
    assert (deposit["kind"], deposit["actor_kind"], deposit["actor_id"]) == ("deposit", "system", "ledger")
    assert own["transfer_id"] == deposit["transfer_id"]
    assert "actor_id" not in own


@pytest.mark.parametrize(
    "query",
    [
        "at?at=yesterday",
        "at?at=2026-01-01T00:00:00",
        "at",
        "at?at=2026-01-01T00:00:00Z&currency=EUR",
        "statement?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z",
        "statement?since=2024-01-01T00:00:00Z&until=2026-01-01T00:00:00Z",
        "statement?since=2026-01-01T00:00:00Z",
        "statement?since=2026-01-01&until=x",
    ],
)
async def test_an_instant_or_a_period_that_is_none_is_refused(house, query: str):
    key = await house.player(100)
    answer = await house.get(f"/players/{key.player_id}/wallets/EUR/{query}", own_token(key))
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("at?at=9999-12-31T23:59:59Z", "at"),
        ("at?at=9999-12-31T23:59:59.999999-14:00", "at"),
        ("at?at=0001-01-01T00:00:00Z", "at"),
        ("statement?since=9999-01-01T00:00:00Z&until=9999-12-31T23:59:59Z", "since"),
        ("statement?since=0001-01-01T00:00:00Z&until=0001-12-31T00:00:00Z", "since"),
    ],
)
async def test_what_will_be_and_what_was_before_there_were_books_is_refused(house, query: str, field: str):
    key = await house.player(100)
    answer = await house.get(f"/players/{key.player_id}/wallets/EUR/{query}", own_token(key))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"query.{field}"), answer.text


async def test_a_clock_may_be_a_little_ahead_and_no_more(house):
    key = await house.player(100)
    path, now = f"/players/{key.player_id}/wallets/EUR", datetime.now(UTC)
    for ahead_s, status in ((30, 200), (3_600, 422)):
        then = quote((now + timedelta(seconds=ahead_s)).isoformat())
        for query in (f"at?at={then}", f"statement?since={quote(iso(-1))}&until={then}"):
            assert (await house.get(f"{path}/{query}", own_token(key))).status_code == status


async def test_the_past_of_a_wallet_is_nobody_elses(house):
    key, other = await house.player(100), await house.player(100)
    for what in (f"at?at={quote(iso(0))}", f"statement?since={quote(iso(-1))}&until={quote(iso(0))}"):
        assert (await house.get(f"/players/{key.player_id}/wallets/EUR/{what}", own_token(other))).status_code == 404
        assert (await house.get(f"/players/{key.player_id}/wallets/GBP/{what}", own_token(key))).status_code == 404


async def test_the_past_of_a_wallet_shows_no_amount_to_whoever_sees_no_money(house):
    key = await house.played()
    for what in (f"at?at={quote(iso(0))}", f"statement?since={quote(iso(-1))}&until={quote(iso(0))}"):
        blind = await house.get(f"/players/{key.player_id}/wallets/EUR/{what}", staff(modes={}))
        assert blind.status_code == 200
        assert "_minor" not in blind.text

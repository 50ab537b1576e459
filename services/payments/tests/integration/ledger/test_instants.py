"""What was held at an instant, and what happened between two, from the entries alone."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from chassis.db.engine import driver
from chassis.domain import uuid7
from payments.adapters.ledger.chain import SETTLES_AFTER
from payments.adapters.ledger.days import Days, sum_day, sums_at
from payments.adapters.ledger.instants import books_at, held_at, period_of
from payments.adapters.ledger.queries import wallets_of

HOUR = timedelta(hours=1)


async def wallet_of(desk, key):
    (wallet,) = await wallets_of(desk.db, key.player_id)
    return wallet


@pytest.fixture
async def lived(in_march, held):
    """A player with a deposit, two bets, a win, a hold: one each hour from 15 March, midnight."""
    desk = in_march
    key = await desk.player(100)
    desk.began = desk.clock.now()
    for step in (
        lambda: desk.one(desk.move("bet", key, "t1", 30)),
        lambda: desk.one(desk.move("win", key, "t2", 50)),
        lambda: desk.ledger.post([held(key, 20, uuid7())]),
        lambda: desk.one(desk.move("bet", key, "t3", 5)),
    ):
        desk.clock.advance(HOUR)
        await step()
    return desk, key


async def test_the_balance_at_any_instant_is_that_after_the_last_movement_up_to_it(lived):
    desk, key = lived
    wallet = await wallet_of(desk, key)
    seen = []
    for hours in (-1, 0, 0.5, 1, 2, 2.5, 3, 4, 99):
        held = await held_at(desk.db, wallet, desk.began + HOUR * hours)
        seen.append((held.cash_minor, held.on_hold_minor))
    assert seen == [(0, 0), (100, 0), (100, 0), (70, 0), (120, 0), (120, 0), (100, 20), (95, 20), (95, 20)]


async def test_the_instant_names_the_movement_that_left_it_so(lived):
    desk, key = lived
    held = await held_at(desk.db, await wallet_of(desk, key), desk.began + HOUR)
    (row,) = await desk.sql("SELECT id, seq FROM transfer WHERE player_id = $1 AND supplier_tx = 't1'", key.player_id)
    assert (held.transfer_id, held.number) == (row["id"], row["seq"])


async def test_opening_and_what_happened_add_up_to_closing(lived):
    desk, key = lived
    period = await period_of(desk.db, await wallet_of(desk, key), desk.began + HOUR * 2, desk.began + HOUR * 4)
    assert (period.opening.cash_minor, period.closing.cash_minor, period.closing.on_hold_minor) == (70, 100, 20)
    sums = {one.kind: (one.entries, one.cash_delta_minor, one.hold_delta_minor) for one in period.sums}
    assert sums == {"win": (1, 50, 0), "withdrawal_hold": (1, -20, 20)}


async def test_a_period_adds_up_although_a_later_movement_has_an_earlier_moment(lived):
    desk, key = lived
    desk.clock.advance(HOUR)
    await desk.one(desk.move("bet", key, "late", 7))
    desk.clock.advance(-timedelta(milliseconds=2))
    await desk.one(desk.move("bet", key, "early", 11))
    border = desk.clock.now() + timedelta(milliseconds=1)
    wallet = await wallet_of(desk, key)
    before = await period_of(desk.db, wallet, desk.began, border)
    after = await period_of(desk.db, wallet, border, border + HOUR)
    for period in (before, after):
        moved = sum(one.cash_delta_minor for one in period.sums)
        assert period.opening.cash_minor + moved == period.closing.cash_minor
    assert (before.closing, after.closing.cash_minor) == (
        await held_at(desk.db, wallet, border - timedelta(microseconds=1)),
        77,
    )


async def sums(desk, at) -> dict[str, int]:
    return {one.type.value: one.balance_minor for one in await books_at(desk.db, at, None) if one.balance_minor}


async def test_what_is_owed_to_players_is_the_same_whether_days_were_summed_up_or_not(lived):
    desk, _ = lived
    desk.clock.advance(timedelta(days=2))
    instants = [desk.began + HOUR * 1.5, desk.began + timedelta(days=1), desk.clock.now()]
    before = [await sums(desk, at) for at in instants]
    assert before[0] == {"cash": 70, "game_house": 30, "psp_clearing": -100}
    assert before[2] == {"cash": 95, "withdrawal_hold": 20, "game_house": -15, "psp_clearing": -100}
    assert await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up() == 1
    assert [await sums(desk, at) for at in instants] == before
    assert await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up() == 0
    await desk.holds()


async def test_a_day_is_summed_up_when_what_was_posted_in_it_is_surely_there(in_march):
    desk = in_march
    await desk.player(10)
    desk.clock.advance(datetime(2026, 3, 16, 0, 9, tzinfo=UTC) - desk.clock.now())
    assert await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up() == 0
    desk.clock.advance(timedelta(minutes=2))
    assert await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up() == 1
    await desk.player(5)
    desk.clock.advance(timedelta(days=2))
    assert await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up() == 1
    days = await desk.sql("SELECT day, type, sum_minor FROM ledger_day WHERE type = 'cash' ORDER BY day")
    assert [(row["day"], row["sum_minor"]) for row in days] == [(date(2026, 3, 15), 10), (date(2026, 3, 16), 5)]


async def test_no_statement_sums_up_more_than_an_hour(lived):
    desk, _ = lived
    desk.clock.advance(timedelta(days=2))
    asked: list[LoggedQuery] = []
    async with desk.db.write() as connection:
        raw = await driver(connection)
        with raw.query_logger(asked.append):
            assert await sum_day(raw, desk.clock.now())
            await sums_at(raw, desk.began + HOUR * 30, None)
    spans = [one.args[1] - one.args[0] for one in asked if "sum(amount_minor)" in one.query]
    assert len(spans) >= 4
    assert max(spans) == HOUR


async def test_days_that_are_summed_up_stay_so_when_a_later_one_fails(in_march):
    desk = in_march
    for _ in range(2):
        await desk.player(10)
        desk.clock.advance(timedelta(days=1))
    desk.clock.advance(timedelta(days=1))
    await desk.sql("ALTER TABLE ledger_day ADD CONSTRAINT refuses CHECK (day <> '2026-03-16')")
    with pytest.raises(asyncpg.CheckViolationError):
        await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up()
    (row,) = await desk.sql("SELECT max(day) AS day FROM ledger_day")
    assert row["day"] == date(2026, 3, 15)


async def test_a_changed_sum_of_a_day_is_found(lived):
    desk, _ = lived
    desk.clock.advance(timedelta(days=2))
    await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up()
    await desk.sql("ALTER TABLE ledger_day DISABLE TRIGGER USER")
    await desk.sql("UPDATE ledger_day SET sum_minor = sum_minor + 1 WHERE type = 'cash'")
    with pytest.raises(AssertionError, match="sums of each day"):
        await desk.holds()


async def test_who_asked_stands_beside_an_entry_and_a_supplier_names_himself(lived):
    desk, key = lived
    rows = await desk.sql(
        "SELECT kind, actor_kind, actor_id, supplier FROM transfer WHERE player_id = $1 ORDER BY seq", key.player_id
    )
    assert [tuple(row) for row in rows[:2]] == [("deposit", "system", "ledger", None), ("bet", None, None, "hub88")]

"""When a month is taken away the books still add up: what it did to each account is carried forward."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from chassis.domain import uuid7
from chassis.store import Application, EventTypes
from contracts.payments.wallet import transfer_id
from payments.adapters.ledger.chain import SETTLES_AFTER, LedgerChain
from payments.adapters.ledger.months import close_months, take_away
from payments.adapters.ledger.verify import verify
from payments.domain.ledger.accounts import WalletKey, player_cash, player_hold, player_refund_hold
from payments.domain.ledger.transfers import Transfer, TransferKind

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TABLES = (
    "account",
    "transfer",
    "ledger_away",
    "ledger_carried",
    "ledger_carried_withdrawal",
    "ledger_day",
    "ledger_seal",
)


@pytest.fixture
async def desk(in_march, held):
    """Bets, a withdrawal and a refund of March, of which April ends the last two; March was taken away in May."""
    desk = in_march
    key, withdrawal, refund = await desk.player(100), uuid7(), uuid7()
    await desk.one(desk.move("bet", key, "t1", 10))
    await desk.ledger.post([held(key, 30, withdrawal)])
    await desk.ledger.post([held(await desk.player(50), 20, uuid7())])
    await desk.ledger.post([moved(key, TransferKind.REFUND_HOLD, refund)])
    desk.clock.advance(timedelta(days=31))
    await desk.one(desk.move("bet", key, "t2", 5))
    await desk.ledger.post([moved(key, TransferKind.WITHDRAWAL_RELEASE, withdrawal)])
    await desk.ledger.post([moved(key, TransferKind.REFUND_RELEASE, refund)])
    desk.clock.advance(timedelta(days=31))
    await desk.one(desk.move("win", key, "t2", 7))
    desk.clock.advance(SETTLES_AFTER + timedelta(seconds=1))
    await LedgerChain(Application(desk.db, EventTypes(), source="payments", clock=desk.clock), b"k" * 32).catch_up()
    await close_months(desk.db, desk.clock.now())
    await take_away(desk.url, MARCH)
    return desk


def moved(key: WalletKey, kind: TransferKind, reference_id: UUID) -> Transfer:
    """30 between cash and the hold of a kind."""
    hold = player_hold(*key) if kind is TransferKind.WITHDRAWAL_RELEASE else player_refund_hold(*key)
    there = kind is TransferKind.REFUND_HOLD
    return Transfer(
        id=transfer_id(kind, reference_id),
        kind=kind,
        debit=player_cash(*key) if there else hold,
        credit=hold if there else player_cash(*key),
        amount_minor=30,
        reference_id=reference_id,
    )


async def broken(desk) -> set[str]:
    return {one.name.split()[0] for one in await verify(desk.url) if not one.holds}


async def tampered(desk, statement: str) -> None:
    """What somebody with the rights of the database's owner would do."""
    for table in TABLES:
        await desk.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await desk.sql(statement)
    for table in TABLES:
        await desk.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def test_the_books_add_up_without_the_month_and_go_on(desk):
    await desk.holds()
    await desk.one(desk.move("bet", await desk.player(20), "t3", 20))
    await desk.holds()
    await close_months(desk.db, datetime(2026, 6, 2, tzinfo=UTC))
    assert await take_away(desk.url, APRIL) == 3
    await desk.holds()


async def test_the_books_add_up_when_the_month_is_brought_back(desk):
    await desk.sql(
        "ALTER TABLE transfer ATTACH PARTITION ledger_months.transfer_2026_03 "
        "FOR VALUES FROM ('2026-03-01 00:00+00') TO ('2026-04-01 00:00+00')"
    )
    await desk.holds()
    await take_away(desk.url, MARCH)
    await desk.holds()


EXCHANGE = """
    INSERT INTO ledger_exchange (id, casino_id, player_id, sold_currency, sold_minor, bought_currency, bought_minor,
        rate, spread_bp, source, as_of, exchanged_at)
    SELECT gen_random_uuid(), casino_id, player_id, 'EUR', 1, 'USD', 1, 1, 0, 'x', '2026-03-01', '{at}'
    FROM account WHERE type = 'cash' LIMIT 1"""
CONVERSION = """
    INSERT INTO settlement_conversion (item_id, file_id, casino_id, provider, expectation_id, sold_currency, sold_minor,
        bought_currency, bought_minor, rate, booked_at, posted_as)
    SELECT 1, gen_random_uuid(), casino_id, 'x', gen_random_uuid(), 'EUR', 1, 'USD', 1, 1, now(), gen_random_uuid()
    FROM account LIMIT 1"""
SHIFTED = """
    WITH shift AS (
        SELECT id, CASE type WHEN 'game_house' THEN 1 ELSE -1 END AS minor FROM account
        WHERE type IN ('game_house', 'psp_clearing')
    ), carried AS (
        UPDATE ledger_carried SET sum_minor = sum_minor + minor FROM shift WHERE account_id = id
    )
    UPDATE account SET balance_minor = balance_minor + minor FROM shift WHERE account.id = shift.id"""

BREAKS = {
    EXCHANGE.format(at="2026-05-15"): {"I9"},
    EXCHANGE.format(at="2026-03-15"): set(),
    CONVERSION: {"I9"},
    SHIFTED: {"I2"},
    "INSERT INTO ledger_away (month, entries) VALUES ('2030-01-01', 0)": {"I13"},
    "UPDATE ledger_away SET entries = entries + 1": {"I13"},
    "DELETE FROM transfer_closed WHERE posted_at < '2026-04-01'": {"I13"},
    "DELETE FROM ledger_seal WHERE number = 1": {"I13"},
    "DELETE FROM ledger_day WHERE day < '2026-04-01'": {"I2", "I13"},
    "UPDATE account SET balance_minor = balance_minor + 1 WHERE type = 'cash'": {"I1", "I2"},
    "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE supplier_tx = 't2' AND kind = 'bet'": {"I2"},
    "UPDATE transfer SET debit_balance = debit_balance - 1 WHERE supplier_tx = 't2' AND kind = 'bet'": {"I2"},
    "UPDATE transfer SET cash_after = cash_after - 1 WHERE supplier_tx = 't2' AND kind = 'bet'": {"I2"},
    "UPDATE ledger_carried SET sum_minor = sum_minor + 1": {"I1", "I2"},
    "DELETE FROM ledger_carried": {"I2"},
    "DELETE FROM ledger_carried_withdrawal": {"I5", "I12"},
}


@pytest.mark.parametrize("statement", BREAKS)
async def test_what_is_changed_afterwards_is_found_without_the_month(desk, statement: str):
    await tampered(desk, statement)
    assert await broken(desk) == BREAKS[statement]


async def test_open_months_and_younger_ones_before_older_are_not_taken_away(desk):
    with pytest.raises(asyncpg.RaiseError, match="still open"):
        await take_away(desk.url, date(2026, 5, 1))
    with pytest.raises(asyncpg.RaiseError, match="not there"):
        await take_away(desk.url, MARCH)
    await close_months(desk.db, datetime(2026, 7, 2, tzinfo=UTC))
    with pytest.raises(asyncpg.RaiseError, match="go first"):
        await take_away(desk.url, date(2026, 5, 1))


async def test_what_moved_at_providers_since_the_month_is_held_against_what_is_expected(desk):
    await desk.deposit(await desk.player(), 10)
    await desk.holds()
    await tampered(desk, "UPDATE settlement_expectation SET amount_minor = 1 WHERE booked_at < '2026-04-01'")
    assert await broken(desk) == set(), "of the month there is nothing to compare"
    await tampered(desk, "UPDATE settlement_expectation SET amount_minor = 1 WHERE booked_at >= '2026-05-01'")
    assert await broken(desk) == {"I11"}

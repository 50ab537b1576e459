"""The ledger by months: what was posted once stays posted, however old it is and wherever its month is kept."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from chassis.telemetry.metrics import REGISTRY
from payments.adapters.ledger.months import _MISSING, AHEAD, close_months, make_months, month_of
from payments.domain.ledger.transfers import Code

MARCH, APRIL, MAY = (datetime(2026, month, 15, tzinfo=UTC) for month in (3, 4, 5))


@pytest.fixture
def desk(in_march):
    return in_march


async def months(desk) -> dict[str, int]:
    """The months that hold entries, and how many."""
    rows = await desk.sql("SELECT tableoid::regclass::text AS month, count(*) FROM transfer GROUP BY 1 ORDER BY 1")
    return {row["month"].removeprefix("ledger_months.transfer_"): row["count"] for row in rows}


async def open_since(desk) -> datetime:
    (row,) = await desk.sql("SELECT since FROM ledger_open")
    since: datetime = row["since"]
    return since


async def closed(desk, now: datetime) -> None:
    desk.clock.advance(now - desk.clock.now())
    await close_months(desk.db, now, chunk=2)


async def taken_away(desk, month: str) -> None:
    """As an operator does who keeps an old month elsewhere."""
    await desk.sql(f"ALTER TABLE transfer DETACH PARTITION ledger_months.transfer_{month}")


def test_months_begin_in_utc() -> None:
    assert month_of(datetime(2026, 1, 1, 0, 30, tzinfo=UTC) - timedelta(hours=1)) == datetime(2025, 12, 1, tzinfo=UTC)
    assert month_of(datetime(2026, 11, 30, tzinfo=UTC), 2) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_of(datetime(2026, 1, 30, tzinfo=UTC), -1) == datetime(2025, 12, 1, tzinfo=UTC)


async def test_months_are_made_ahead_once(desk):
    assert await make_months(desk.db, MARCH) == 0
    assert await make_months(desk.db, MAY + timedelta(days=365)) == AHEAD + 1


async def test_an_entry_is_kept_in_its_month_and_one_of_no_month_is_not_lost(desk):
    key = await desk.player(100)
    desk.clock.advance(APRIL - desk.clock.now())
    await desk.one(desk.move("bet", key, "t1", 30))
    desk.clock.advance(APRIL + timedelta(days=4_000) - desk.clock.now())
    strange = desk.move("bet", key, "t2", 10)
    assert (await desk.one(strange)).code == Code.CREATED
    assert (await desk.one(strange)).code == Code.REPEATED
    assert await months(desk) == {"2026_03": 1, "2026_04": 1, "other": 1}
    await desk.holds()


async def test_an_entry_of_no_month_moves_into_its_month_when_that_is_made_and_hinders_no_other(desk):
    key = await desk.player(100)
    for days in (4_000, 4_100):
        desk.clock.advance(MARCH + timedelta(days=days) - desk.clock.now())
        await desk.one(desk.move("bet", key, f"t{days}", 10))
    await desk.sql("SELECT ledger_month($1)", (MARCH + timedelta(days=4_000)).date())
    assert await months(desk) == {"2026_03": 1, "2037_02": 1, "other": 1}
    await desk.holds()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="forbidden"):
        await desk.sql("DELETE FROM ledger_months.transfer_other")
    assert await make_months(desk.db, MAY) == 3, "July, August, and the month of what belonged to none"
    assert await months(desk) == {"2026_03": 1, "2037_02": 1, "2037_06": 1}
    await desk.holds()
    assert (await desk.one(desk.move("bet", key, "t4100", 10))).code == Code.REPEATED


async def test_an_entry_whose_month_cannot_be_made_is_told_and_hinders_no_other(desk):
    key = await desk.player(100)
    desk.clock.advance(MARCH + timedelta(days=4_000) - desk.clock.now())
    await desk.one(desk.move("bet", key, "t1", 10))
    await desk.sql("CREATE TABLE ledger_months.transfer_2037_02 ()")
    assert await make_months(desk.db, MAY) == 2, "July and August"
    assert REGISTRY.get_sample_value("ledger_entries_of_no_month") == 1
    await closed(desk, MAY)
    assert await open_since(desk) == month_of(APRIL)


@pytest.mark.parametrize("now", [MARCH, APRIL])
async def test_this_month_and_the_last_are_open(desk, now: datetime):
    await desk.player(100)
    before = await open_since(desk)
    await closed(desk, now)
    assert await open_since(desk) == before
    assert await desk.count("transfer_closed") == 0


async def test_after_a_month_is_closed_everything_is_answered_as_before(desk):
    key = await desk.player(100)
    bet, other, never = desk.move("bet", key, "t1", 30), desk.move("bet", key, "t2", 20), desk.move("bet", key, "t3", 5)
    first = await desk.one(bet)
    await desk.one(other)
    back, tombstone = desk.move("rollback", key, "r2", of=other.id), desk.move("rollback", key, "r3", of=never.id)
    assert [(await desk.one(one)).code for one in (back, tombstone)] == [Code.CREATED, Code.CREATED]
    await closed(desk, MAY)
    assert await open_since(desk) == month_of(APRIL)
    assert await desk.count("transfer_closed") == await desk.count() == 5
    assert await desk.count("transfer_closed_reversal") == 2
    again = await desk.one(bet)
    assert (again.code, again.cash_minor) == (Code.REPEATED, first.cash_minor)
    assert (await desk.one(bet._replace(fingerprint=8))).code == Code.DIFFERENT_FACTS
    assert (await desk.one(other)).code == Code.ROLLED_BACK
    assert (await desk.one(never)).code == Code.ROLLED_BACK
    assert (await desk.one(back)).code == (await desk.one(tombstone)).code == Code.REPEATED
    assert (await desk.one(desk.move("rollback", key, "r1", of=bet.id)))[:2] == (Code.CREATED, 100)
    assert (await desk.one(bet)).code == Code.ROLLED_BACK
    await desk.holds()


async def test_closing_goes_on_where_it_was_stopped_and_again_changes_nothing(desk):
    key = await desk.player(100)
    for number in range(5):
        await desk.one(desk.move("bet", key, f"t{number}", 1))
    await desk.sql("INSERT INTO transfer_closed SELECT id, posted_at, seq FROM transfer ORDER BY seq DESC LIMIT 3")
    await closed(desk, MAY)
    await closed(desk, MAY)
    assert await desk.count("transfer_closed") == await desk.count() == 6
    await desk.one(desk.move("bet", key, "t9", 1))
    await closed(desk, datetime(2026, 7, 1, tzinfo=UTC))
    assert await desk.count("transfer_closed") == 7
    await desk.holds()


async def test_closing_that_fails_keeps_the_place_it_reached(desk):
    key = await desk.player(100)
    for number in range(3):
        desk.clock.advance(timedelta(hours=1))
        await desk.one(desk.move("bet", key, f"t{number}", 1))
    _, second, _, last = await desk.sql("SELECT posted_at, seq FROM transfer ORDER BY posted_at, seq")
    await desk.sql(f"ALTER TABLE transfer_closed ADD CONSTRAINT refuses CHECK (seq <> {last['seq']})")
    with pytest.raises(asyncpg.CheckViolationError):
        await closed(desk, MAY)
    assert (await open_since(desk), await desk.count("transfer_closed")) == (second["posted_at"], 2)
    assert (await desk.one(desk.move("bet", key, "t0", 1))).code == Code.REPEATED, "half of its month is closed"
    assert (await desk.one(desk.move("bet", key, "t2", 1))).code == Code.REPEATED
    await desk.holds()
    await desk.sql("ALTER TABLE transfer_closed DROP CONSTRAINT refuses")
    await closed(desk, MAY)
    assert (await open_since(desk), await desk.count("transfer_closed")) == (month_of(APRIL), 4)


async def test_closing_ends_when_it_is_told_to_stop(desk):
    await desk.player(100)
    stop = asyncio.Event()
    stop.set()
    assert await close_months(desk.db, MAY, stop=stop) is None
    assert await desk.count("transfer_closed") == 0


async def test_whether_ids_are_missing_is_not_asked_id_by_id(desk):
    known = ("'2026-03-01Z'", "0", "'2026-04-01Z'", "0")
    query = _MISSING
    for number, value in enumerate(known, 1):
        query = query.replace(f"${number}", value)
    plan = "\n".join(row[0] for row in await desk.sql(f"EXPLAIN {query}"))
    assert plan.count("Anti Join") == 2
    assert "SubPlan" not in plan


async def test_what_was_posted_in_a_month_that_was_taken_away_is_never_posted_again(desk):
    key = await desk.player(100)
    bet, never = desk.move("bet", key, "t1", 30), desk.move("bet", key, "t2", 5)
    await desk.one(bet)
    await desk.one(desk.move("rollback", key, "r2", of=never.id))
    await closed(desk, MAY)
    await taken_away(desk, "2026_03")
    assert await desk.count() == 0
    for move in (
        bet,
        never,
        desk.move("rollback", key, "r1", of=bet.id),
        desk.move("rollback", key, "r9", of=never.id),
    ):
        assert (await desk.one(move)).code == Code.DIFFERENT_FACTS
    assert await desk.count() == 0
    assert (await desk.one(desk.move("bet", key, "t3", 70)))[:2] == (Code.CREATED, 0)
    assert await desk.cash(key) == 0


async def test_a_month_cannot_be_rewritten_or_emptied(desk):
    await desk.player(100)
    for statement in ("DELETE FROM", "TRUNCATE"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="forbidden"):
            await desk.sql(f"{statement} ledger_months.transfer_2026_03")
    await desk.sql("DROP TRIGGER transfer_is_never_emptied ON ledger_months.transfer_2026_03")
    with pytest.raises(AssertionError, match="I13"):
        await desk.holds()


async def test_ids_that_are_missing_among_those_of_closed_months_are_found(desk):
    key = await desk.player(100)
    await desk.one(desk.move("bet", key, "t1", 30))
    await closed(desk, MAY)
    await desk.sql("DELETE FROM transfer_closed WHERE id = (SELECT id FROM transfer_closed LIMIT 1)")
    with pytest.raises(AssertionError, match="I4"):
        await desk.holds()

"""The ledger is sealed: whatever is done to its rows afterwards is found, and where."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.domain import FixedClock
from chassis.privacy.keys import derive
from chassis.store import Application, EventTypes
from contracts.seals import Seal
from payments.adapters.ledger.chain import OVERDUE_AFTER, SETTLES_AFTER, LedgerChain
from payments.adapters.ledger.months import close_months, take_away
from payments.adapters.ledger.verify import SEALED, UNSEALED, verify

MASTER = b"k" * 32


@pytest.fixture
def desk(in_march):
    return in_march


@pytest.fixture
def chain(desk) -> LedgerChain:
    return LedgerChain(Application(desk.db, EventTypes(), source="payments", clock=desk.clock), MASTER)


async def played(desk, bets: int = 5) -> None:
    """A deposit and bets, settled."""
    key = await desk.player(100)
    for number in range(bets):
        await desk.one(desk.move("bet", key, f"t{number}", 1))
    desk.clock.advance(SETTLES_AFTER + timedelta(seconds=1))


async def found(
    desk, expected: dict[int, bytes] | None = None, key: bytes = derive(MASTER, "ledger-chain")
) -> list[str]:
    findings = await verify(desk.url, key, [Seal(*told) for told in (expected or {}).items()])
    return [row for one in findings if one.name == SEALED for row in one.broken]


async def tampered(desk, statement: str) -> None:
    """What somebody with the rights of the database's owner would do."""
    for table in ("ledger_months.transfer_2026_03", "ledger_seal"):
        await desk.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await desk.sql(statement)
    for table in ("ledger_months.transfer_2026_03", "ledger_seal"):
        await desk.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def test_entries_are_sealed_once_in_blocks_when_no_transaction_can_be_on_its_way_any_more(desk, chain):
    await desk.player(100)
    assert await chain.catch_up() == 0, "it was posted a moment ago"
    await played(desk)
    assert await chain.catch_up(largest=4) == 2
    assert await chain.catch_up() == 0
    rows = await desk.sql("SELECT number, entries FROM ledger_seal ORDER BY number")
    assert [tuple(row) for row in rows] == [(1, 4), (2, 3)]
    assert await found(desk) == []


class Hurrying(FixedClock):
    """Time goes on while one looks at it."""

    def now(self) -> datetime:
        self.advance(timedelta(seconds=1))
        return super().now()


async def test_while_entries_keep_settling_one_round_is_one_block(desk):
    began = desk.clock.now()
    key = await desk.player(100)
    for number in range(6):
        desk.clock.advance(timedelta(seconds=1))
        await desk.one(desk.move("bet", key, f"t{number}", 1))
    hurrying = Hurrying(began + SETTLES_AFTER + timedelta(seconds=2))
    sealing = LedgerChain(Application(desk.db, EventTypes(), source="payments", clock=hurrying), MASTER)
    assert await sealing.catch_up() == 1
    assert await sealing.catch_up() == 1, "what settled meanwhile"
    rows = await desk.sql("SELECT entries FROM ledger_seal ORDER BY number")
    assert rows[0]["entries"] == 3, "what was posted before the round began"


async def test_the_sealer_ends_within_a_round_when_it_is_told_to_stop(desk, chain):
    await played(desk)
    stop = asyncio.Event()
    stop.set()
    assert await chain.catch_up(stop=stop) == 0
    assert await chain.catch_up() == 1


async def late(desk) -> tuple[str, ...]:
    findings = await verify(desk.url, derive(MASTER, "ledger-chain"), now=desk.clock.now())
    (one,) = [one for one in findings if one.name == UNSEALED]
    return one.broken


async def test_entries_outside_any_seal_are_found_once_they_are_old(desk, chain):
    await played(desk)
    assert await late(desk) == (), "the sealer may still be on its way"
    await chain.catch_up()
    desk.clock.advance(OVERDUE_AFTER)
    assert await late(desk) == ()
    await tampered(desk, "DELETE FROM ledger_seal")
    await tampered(desk, f"UPDATE transfer SET game_code = 'other' WHERE seq = {LAST}")
    assert await found(desk) == [], "there is no seal to hold them against"
    (row,) = await late(desk)
    assert row.startswith("entries=6, since=2026-03-15")


async def test_the_newest_value_is_published_now_and_then(desk, chain):
    await played(desk)
    await chain.catch_up()
    await played(desk)
    await chain.catch_up()
    desk.clock.advance(timedelta(hours=1))
    await played(desk)
    await chain.catch_up()
    told = await desk.sql("SELECT envelope FROM outbox WHERE topic = 'payments.ledger.events'")
    rows = await desk.sql("SELECT number, chain FROM ledger_seal WHERE told_at IS NOT NULL ORDER BY number")
    assert [row["number"] for row in rows] == [1, 3]
    assert [row["chain"].hex() in one["envelope"] for row, one in zip(rows, told, strict=True)] == [True, True]
    assert await found(desk, {row["number"]: row["chain"] for row in rows}) == []


LAST = "(SELECT seq FROM transfer ORDER BY seq DESC LIMIT 1)"
COPY = "seq, id, kind, debit_account, credit_account, amount_minor, fingerprint, round_closed, posted_at, casino_id, currency, debit_type, credit_type"  # fmt: skip  # noqa: E501
CASES = {
    "a changed amount": (f"UPDATE transfer SET amount_minor = 2 WHERE seq = {LAST}", ["changed 2"]),
    "a changed moment": (
        f"UPDATE transfer SET posted_at = posted_at - interval '1 us' WHERE seq = {LAST}", ["changed 1", "changed 2"],
    ),
    "another game": (f"UPDATE transfer SET game_code = 'other' WHERE seq = {LAST}", ["changed 2"]),
    "a removed entry": ("DELETE FROM transfer WHERE seq = (SELECT min(seq) FROM transfer)", ["changed 1"]),
    "an entry that never came": (
        f"INSERT INTO transfer ({COPY}) OVERRIDING SYSTEM VALUE SELECT {COPY.replace(' id,', ' gen_random_uuid(),').replace('seq,', 'seq - 1000,', 1)} FROM transfer WHERE seq = {LAST}",  # noqa: E501
        ["changed 1"],
    ),
    "a removed seal": ("DELETE FROM ledger_seal WHERE number = 1", ["reordered 2", "changed 2"]),
    "a seal for what was changed, without the key": (
        "UPDATE ledger_seal SET content = sha256('x') WHERE number = 2", ["reordered 2", "changed 2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_what_was_done_to_the_books_is_found(desk, chain, case: str):
    await played(desk)
    await chain.catch_up(largest=3)
    statement, expected = CASES[case]
    await tampered(desk, statement)
    assert await found(desk) == expected


async def test_whoever_has_the_key_is_betrayed_by_what_others_were_told(desk, chain):
    await played(desk)
    await chain.catch_up(largest=3)
    ((number, value),) = await desk.sql("SELECT number, chain FROM ledger_seal WHERE number = 2")
    await tampered(desk, f"UPDATE transfer SET game_code = 'other' WHERE seq = {LAST}")
    await tampered(desk, "DELETE FROM ledger_seal")
    assert await chain.catch_up(largest=3) == 2
    assert await found(desk) == []
    assert await found(desk, {number: value}) == ["cut_off 2"]
    assert await found(desk, {7: value}) == ["cut_off 7"]


async def test_the_sealer_outlives_a_database_that_refuses_it_for_a_while(desk):
    await played(desk)
    application = Application(desk.db, EventTypes(), source="payments", clock=desk.clock)
    stop, sealer = asyncio.Event(), LedgerChain(application, MASTER, every_s=0.01)
    await desk.sql("ALTER TABLE ledger_seal RENAME TO elsewhere")
    with capture_logs() as told:
        sealing = asyncio.create_task(sealer(stop))
        async with asyncio.timeout(30):
            while not any(one["event"] == "ledger_chain_later" for one in told):
                await asyncio.sleep(0)
            await desk.sql("ALTER TABLE elsewhere RENAME TO ledger_seal")
            while not await desk.count("ledger_seal"):
                await asyncio.sleep(0)
        stop.set()
        await sealing
    assert await found(desk) == []


async def test_with_another_key_nothing_follows(desk, chain):
    await played(desk)
    await chain.catch_up(largest=3)
    assert await found(desk, key=b"x" * 32) == ["reordered 1", "reordered 2"]


async def test_a_seal_of_a_form_that_is_not_known_is_told_as_one_and_the_others_are_looked_at(desk, chain):
    await played(desk)
    await chain.catch_up(largest=3)
    await tampered(desk, "UPDATE ledger_seal SET form = 99 WHERE number = 1")
    assert await found(desk) == ["unknown_form 1"]
    await tampered(desk, f"UPDATE transfer SET game_code = 'other' WHERE seq = {LAST}")
    assert await found(desk) == ["unknown_form 1", "changed 2"]


async def in_three_months(desk, chain) -> None:
    """Played in March, April and May, closed up to April, and sealed all at once."""
    for month in (3, 4, 5):
        now = datetime(2026, month, 15, tzinfo=UTC)
        desk.clock.advance(now - desk.clock.now())
        await played(desk)
    await chain.catch_up()
    await close_months(desk.db, desk.clock.now())


async def test_no_block_spans_the_end_of_a_month(desk, chain):
    await in_three_months(desk, chain)
    rows = await desk.sql("SELECT number, entries FROM ledger_seal ORDER BY number")
    assert [tuple(row) for row in rows] == [(1, 6), (2, 6), (3, 6)]
    assert await found(desk) == []


async def test_a_month_that_is_kept_elsewhere_does_not_break_the_chain(desk, chain):
    await in_three_months(desk, chain)
    assert await take_away(desk.url, date(2026, 3, 1)) == 6
    (seals,) = [one for one in await verify(desk.url, chain.key) if one.name == SEALED]
    assert (seals.holds, seals.beside) == (True, ("taken away with month 2026-03: 1 to 1",))
    await tampered(desk, "UPDATE ledger_seal SET content = sha256('x') WHERE number = 1")
    assert await found(desk) == ["reordered 1"]


async def test_a_month_that_nothing_says_was_taken_away_is_missed(desk, chain):
    await in_three_months(desk, chain)
    await desk.sql("ALTER TABLE transfer DETACH PARTITION ledger_months.transfer_2026_03")
    assert await found(desk) == ["changed 1"]


async def test_a_month_that_is_brought_back_is_held_against_its_seals_again(desk, chain):
    await in_three_months(desk, chain)
    await take_away(desk.url, date(2026, 3, 1))
    await desk.sql("ALTER TABLE ledger_months.transfer_2026_03 DISABLE TRIGGER USER")
    await desk.sql("UPDATE ledger_months.transfer_2026_03 SET game_code = 'other' WHERE kind = 'bet'")
    await desk.sql(
        "ALTER TABLE transfer ATTACH PARTITION ledger_months.transfer_2026_03 "
        "FOR VALUES FROM ('2026-03-01 00:00+00') TO ('2026-04-01 00:00+00')"
    )
    assert await found(desk) == ["changed 1"]


async def test_a_month_that_is_not_sealed_is_not_taken_away(desk, chain):
    await played(desk)
    await close_months(desk.db, datetime(2026, 5, 15, tzinfo=UTC))
    with pytest.raises(asyncpg.RaiseError, match="not sealed"):
        await take_away(desk.url, date(2026, 3, 1))


async def test_what_no_seal_holds_yet_is_told_and_is_no_fault(desk, chain):
    key = await desk.player(100)
    await desk.one(desk.move("bet", key, "t1", 1))
    findings = await verify(desk.url, chain.key, now=desk.clock.now())
    (young,) = [one for one in findings if one.name == UNSEALED]
    assert (young.holds, young.beside) == (True, ("2 entries since 2026-03-15 00:00 UTC are in no seal yet",))
    desk.clock.advance(SETTLES_AFTER + timedelta(seconds=1))
    await chain.catch_up()
    findings = await verify(desk.url, chain.key, now=desk.clock.now())
    assert [one.beside for one in findings if one.name == UNSEALED] == [()]

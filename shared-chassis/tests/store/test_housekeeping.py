"""What is only remembered for a while is deleted in batches; the log that read models are rebuilt from stays."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.db.engine import driver
from chassis.settings import ServiceSettings, SettingsRefused
from chassis.store import Housekeeping, Swept
from chassis.store.housekeeping import _MY_TURN
from chassis.testing.environment import make_settings

MONTH = timedelta(days=30)


def keeper(db: Database, *, batch: int = 1_000) -> Housekeeping:
    return Housekeeping(db, idempotency=MONTH, inbox=MONTH, batch=batch)


async def remember(db: Database, count: int, *, days: int, envelope: str | None = None) -> None:
    async with db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO inbox (consumer, event_id, topic, key, type, envelope, received_at)
            SELECT 'tests', gen_random_uuid(), 't', 'k', 'e', $2, clock_timestamp() - $3::interval
            FROM generate_series(1, $1)""",
            count,
            envelope,
            timedelta(days=days),
        )


async def answer(db: Database, name: str, count: int, *, days: int) -> None:
    async with db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO idempotency (key, fingerprint, created_at)
            SELECT $1 || n, 'f'::bytea, clock_timestamp() - $3::interval FROM generate_series(1, $2) AS n""",
            name,
            count,
            timedelta(days=days),
        )


async def left(db: Database) -> tuple[int, int]:
    """Rows in `idempotency` and `inbox`."""
    async with db.read() as connection:
        counts = "SELECT (SELECT count(*) FROM idempotency), (SELECT count(*) FROM inbox)"
        keys, events = (await connection.execute(text(counts))).one()
        return keys, events


async def test_old_rows_go_in_batches_and_young_rows_stay(db: Database) -> None:
    await answer(db, "old", 25, days=31)
    await answer(db, "young", 3, days=29)
    await remember(db, 34, days=31)
    await remember(db, 4, days=29)
    assert await keeper(db, batch=10).sweep() == Swept(25, 34)
    assert await left(db) == (3, 4)
    assert await keeper(db).sweep() == Swept(0, 0)


async def test_received_events_with_an_envelope_stay_whatever_their_age(db: Database) -> None:
    await remember(db, 12, days=400, envelope="{}")
    await remember(db, 5, days=400)
    await remember(db, 12, days=300, envelope="{}")
    assert await keeper(db, batch=10).sweep() == Swept(0, 5)
    assert await left(db) == (0, 24)


async def test_what_was_young_at_one_sweep_is_found_by_the_next(db: Database) -> None:
    one = keeper(db, batch=2)
    await remember(db, 3, days=31)
    await remember(db, 2, days=1)
    await remember(db, 2, days=31)
    assert await one.sweep() == Swept(0, 3)
    async with db.write() as connection:
        await connection.execute(text("UPDATE inbox SET received_at = received_at - interval '30 days'"))
    assert await one.sweep() == Swept(0, 4)


async def test_only_one_process_sweeps_at_a_time(db: Database) -> None:
    await answer(db, "old", 2, days=31)
    async with db.write() as connection:
        assert (await connection.execute(text(_MY_TURN))).scalar_one()
        assert await keeper(db).sweep() == Swept(0, 0)
    assert await keeper(db).sweep() == Swept(2, 0)


async def test_the_loop_ends_when_it_is_told_to(db: Database) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(keeper(db).run(stop))
    stop.set()
    await asyncio.wait_for(running, 5)


def test_what_the_bus_may_still_bring_again_cannot_be_forgotten() -> None:
    settings = make_settings(ServiceSettings)
    assert (settings.idempotency_days, settings.inbox_days) == (30, 30)
    with pytest.raises(SettingsRefused, match="INBOX_DAYS is '7'"):
        make_settings(ServiceSettings, inbox_days=7)

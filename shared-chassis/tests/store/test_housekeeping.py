"""What is only remembered for a while is deleted in batches; the log that read models are rebuilt from stays."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text

from chassis.db import Database
from chassis.db.engine import driver
from chassis.db.tables import bulk_job, bulk_row, list_export, list_view, list_view_version, parked_message
from chassis.settings import ServiceSettings, SettingsRefused
from chassis.store import Housekeeping
from chassis.store.housekeeping import _MY_TURN, kept_by_all
from chassis.testing.environment import make_settings

MONTH = timedelta(days=30)
MONTHS = {"idempotency": MONTH, "parked": MONTH, "bulk": MONTH, "exports": MONTH}


def keeper(db: Database, *, batch: int = 1_000, view_versions: int = 5) -> Housekeeping:
    kept = kept_by_all(**MONTHS, view_versions=view_versions)
    return Housekeeping(db, kept, inbox=MONTH, batch=batch)


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


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


async def set_aside(db: Database, consumer: str, *, parked: int, resolved: int | None) -> None:
    """A message that was set aside so many days ago, and handled so many days ago; None: it waits."""
    values = {"consumer": consumer, "topic": "t", "key": "k", "envelope": b"{}", "reason": "", "attempts": 1}
    moments = {"parked_at": ago(parked), "resolved_at": None if resolved is None else ago(resolved)}
    async with db.write() as connection:
        await connection.execute(insert(parked_message).values(**values, **moments))


async def job(db: Database, state: str, rows: int, *, asked: int, finished: int | None) -> UUID:
    """A bulk job that was asked for so many days ago, and ended so many days ago; None: it did not."""
    job_id = uuid4()
    values: dict[str, Any] = {
        "id": job_id,
        "action": "things.end",
        "casinos": [],
        "sha256": "",
        "totals": {},
        "state": state,
        "rows": rows,
        "not_allowed": 0,
        "requested_by": uuid4(),
        "requested_at": ago(asked),
        "amr": [],
        "finished_at": None if finished is None else ago(finished),
        "expires_at": ago(asked),
    }
    async with db.write() as connection:
        await connection.execute(insert(bulk_job).values(**values))
        for position in range(1, rows + 1):
            await connection.execute(insert(bulk_row).values(job_id=job_id, position=position, row_id=uuid4()))
    return job_id


async def view(db: Database, versions: int) -> UUID:
    """A saved view that was changed often."""
    view_id = uuid4()
    shared: dict[str, Any] = {"name": "v", "visibility": "private", "role_default": False, "content": ""}
    changed = {"changed_at": ago(400), "changed_by": uuid4()}
    async with db.write() as connection:
        made = {"id": view_id, "list": "/l", "owner_id": uuid4(), "version": versions, "created_at": ago(400)}
        await connection.execute(insert(list_view).values(**made, **shared, **changed))
        for version in range(1, versions + 1):
            one = {"id": uuid4(), "view_id": view_id, "version": version, "deleted": False}
            await connection.execute(insert(list_view_version).values(**one, **shared, **changed))
    return view_id


async def left(db: Database) -> tuple[int, int]:
    """Rows in `idempotency` and `inbox`."""
    async with db.read() as connection:
        counts = "SELECT (SELECT count(*) FROM idempotency), (SELECT count(*) FROM inbox)"
        keys, events = (await connection.execute(text(counts))).one()
        return keys, events


async def values_of(db: Database, column: Any) -> list[Any]:
    """What stands in a column, in order."""
    async with db.read() as connection:
        return sorted((await connection.execute(select(column))).scalars())


async def test_old_rows_go_in_batches_and_young_rows_stay(db: Database) -> None:
    await answer(db, "old", 25, days=31)
    await answer(db, "young", 3, days=29)
    await remember(db, 34, days=31)
    await remember(db, 4, days=29)
    assert await keeper(db, batch=10).sweep() == {"idempotency": 25, "inbox": 34}
    assert await left(db) == (3, 4)
    assert await keeper(db).sweep() == {}


async def test_received_events_with_an_envelope_stay_whatever_their_age(db: Database) -> None:
    await remember(db, 12, days=400, envelope="{}")
    await remember(db, 5, days=400)
    await remember(db, 12, days=300, envelope="{}")
    assert await keeper(db, batch=10).sweep() == {"inbox": 5}
    assert await left(db) == (0, 24)


async def test_what_was_young_at_one_sweep_is_found_by_the_next(db: Database) -> None:
    one = keeper(db, batch=2)
    await remember(db, 3, days=31)
    await remember(db, 2, days=1)
    await remember(db, 2, days=31)
    assert await one.sweep() == {"inbox": 3}
    async with db.write() as connection:
        await connection.execute(text("UPDATE inbox SET received_at = received_at - interval '30 days'"))
    assert await one.sweep() == {"inbox": 4}


async def test_messages_that_were_handled_long_ago_go_and_those_that_wait_never_do(db: Database) -> None:
    for consumer, parked, resolved in (
        ("waits", 4000, None),
        ("handled lately", 4000, 29),
        ("handled", 60, 31),
        ("given up", 60, 32),
        ("outbox", 60, 33),
    ):
        await set_aside(db, consumer, parked=parked, resolved=resolved)
    assert await keeper(db, batch=2).sweep() == {"parked_message": 3}
    assert await values_of(db, parked_message.c.consumer) == ["handled lately", "waits"]
    assert await keeper(db).sweep() == {}


async def test_bulk_jobs_go_with_their_rows_and_those_that_wait_or_run_never_do(db: Database) -> None:
    stay = [
        await job(db, "running", 3, asked=4000, finished=None),
        await job(db, "frozen", 1, asked=4000, finished=None),
        await job(db, "proposed", 1, asked=4000, finished=None),
        await job(db, "finished", 2, asked=60, finished=29),
    ]
    for state, rows in (("finished", 5), ("cancelled", 1), ("expired", 0), ("finished", 2), ("finished", 3)):
        await job(db, state, rows, asked=60, finished=31)
    assert await keeper(db, batch=2).sweep() == {"bulk_job": 5}
    assert await values_of(db, bulk_job.c.id) == sorted(stay)
    assert Counter(await values_of(db, bulk_row.c.job_id)) == {stay[0]: 3, stay[1]: 1, stay[2]: 1, stay[3]: 2}
    assert await keeper(db).sweep() == {}


async def export(db: Database, state: str, *, asked: int) -> UUID:
    """An export that was asked for so many days ago."""
    export_id = uuid4()
    about = dict.fromkeys(("list", "path", "permission", "format", "asked", "reason"), "x")
    values = {"id": export_id, "requested_by": uuid4(), "requested_at": ago(asked), "state": state, **about}
    async with db.write() as connection:
        await connection.execute(insert(list_export).values(**values))
    return export_id


async def test_exports_that_ended_long_ago_go_and_those_under_way_or_with_a_file_never_do(db: Database) -> None:
    stay = [await export(db, state, asked=400) for state in ("waiting", "running", "done")]
    stay.append(await export(db, "expired", asked=29))
    for state in ("expired", "failed", "expired"):
        await export(db, state, asked=31)
    assert await keeper(db, batch=2).sweep() == {"list_export": 3}
    assert await values_of(db, list_export.c.id) == sorted(stay)
    assert await keeper(db).sweep() == {}


async def test_of_a_view_the_newest_versions_stay_whatever_their_age(db: Database) -> None:
    often, seldom = await view(db, 12), await view(db, 5)
    assert await keeper(db, batch=3).sweep() == {"list_view_version": 7}
    async with db.read() as connection:
        asked = select(list_view_version.c.view_id, list_view_version.c.version)
        versions = {(row.view_id, row.version) for row in await connection.execute(asked)}
    assert versions == {(often, n) for n in range(8, 13)} | {(seldom, n) for n in range(1, 6)}
    assert await keeper(db).sweep() == {}


async def test_the_version_that_holds_stays_when_no_other_may(db: Database) -> None:
    await view(db, 3)
    assert await keeper(db, view_versions=1).sweep() == {"list_view_version": 2}
    assert await values_of(db, list_view_version.c.version) == [3]


async def test_only_one_process_sweeps_at_a_time(db: Database) -> None:
    await answer(db, "old", 2, days=31)
    async with db.write() as connection:
        assert (await connection.execute(text(_MY_TURN))).scalar_one()
        assert await keeper(db).sweep() == {}
    assert await keeper(db).sweep() == {"idempotency": 2}


async def test_two_processes_that_sweep_at_once_delete_what_one_would(db: Database) -> None:
    await answer(db, "old", 40, days=31)
    await answer(db, "young", 3, days=29)
    for rows in (1, 2, 3):
        await job(db, "finished", rows, asked=60, finished=31)
    await view(db, 20)
    swept = [Counter(one) for one in await asyncio.gather(*(keeper(db, batch=3).sweep() for _ in range(2)))]
    swept.append(Counter(await keeper(db).sweep()))  # Both may have ended because each found the other at it.
    assert sum(swept, Counter()) == {"idempotency": 40, "bulk_job": 3, "list_view_version": 15}
    assert await left(db) == (3, 0)


@pytest.mark.parametrize("table", ["idempotency", "parked_message", "bulk_job", "list_export", "list_view_version"])
async def test_old_rows_are_found_by_an_index(db: Database, table: str) -> None:
    (kept,) = (one for one in kept_by_all(**MONTHS, view_versions=5) if one.table == table)
    async with db.write() as connection:
        raw = await driver(connection)
        await raw.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        # An index costs more than reading a table without rows, so it is asked whether there is another way at all.
        await raw.execute(f"PREPARE sweep AS {kept.sweep}")
        plan = "\n".join(row[0] for row in await raw.fetch("EXPLAIN EXECUTE sweep(NULL, 1000)"))
        await raw.execute("DEALLOCATE sweep")
    assert "Seq Scan" not in plan, plan


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


@pytest.mark.parametrize("name", ["parked_days", "bulk_days", "view_versions"])
def test_nothing_goes_at_once(name: str) -> None:
    with pytest.raises(SettingsRefused, match=f"{name.upper()} is '0'"):
        make_settings(ServiceSettings, **{name: 0})

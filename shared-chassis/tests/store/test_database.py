"""What the pool does when connections died, and what is said when a statement fails."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.db import Database
from chassis.db.engine import driver

DEADLINE_S = 10


async def test_connections_that_were_closed_while_idle_are_replaced(db: Database) -> None:
    async with db.write() as one, db.write() as other, db.read() as third:
        dead: list[Any] = [await driver(connection) for connection in (one, other, third)]
        pids = [raw.get_server_pid() for raw in dead]
    async with db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid WHERE pid <> pg_backend_pid()", pids
        )
        dead.remove(raw)
    async with asyncio.timeout(DEADLINE_S):
        while not all(one.is_closed() for one in dead):
            await asyncio.sleep(0.01)
    async with db.write() as one, db.write() as other, db.read() as third:
        for connection in (one, other, third):
            assert await (await driver(connection)).fetchval("SELECT 1") == 1


async def test_a_transaction_costs_no_round_trip_to_see_whether_the_server_is_there(db: Database) -> None:
    async with db.write() as connection:
        raw = await driver(connection)
    told: list[str] = []
    raw.add_query_logger(lambda record: told.append(record.query))
    async with db.write() as connection:
        assert await driver(connection) is raw
    assert told == ["BEGIN;", "COMMIT;"]


async def test_an_error_does_not_repeat_what_was_written(db: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with db.write() as connection:
            await connection.execute(
                text("SELECT 1 / (CAST(:secret AS integer) - CAST(:secret AS integer))"), {"secret": 4711}
            )
    assert "4711" not in str(raised.value)

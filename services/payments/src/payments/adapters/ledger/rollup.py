"""Adds up, off the hot path, what batches noted about accounts of house and providers.

A batch never updates such an account: it adds a row to `account_delta`, so no transfer waits for another only because
both are with the house. A balance is the account's row plus the rows that wait; the roll-up moves the one into the
other in one transaction, so the sum is exact whenever it is read.
"""

import asyncio

import structlog

from chassis.db import Database
from chassis.db.engine import driver
from chassis.pausing import pause

log = structlog.get_logger(__name__)

EVERY_S = 5.0
_ONE_AT_A_TIME = 0x6C656467

_ROLL_UP = """
    WITH taken AS (
        DELETE FROM account_delta WHERE id <= (SELECT max(id) FROM account_delta) RETURNING account_id, delta_minor
    ), summed AS (
        SELECT account_id, sum(delta_minor)::bigint AS delta_minor FROM taken GROUP BY account_id
    )
    UPDATE account SET balance_minor = account.balance_minor + summed.delta_minor
    FROM summed WHERE account.id = summed.account_id"""


async def roll_up(db: Database) -> bool:
    """Add up what waits, once. False when another process is at it."""
    async with db.write() as connection:
        raw = await driver(connection)
        if not await raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", _ONE_AT_A_TIME):
            return False
        await raw.execute(_ROLL_UP)
        return True


class RollUp:
    """The background loop."""

    __name__ = "ledger-roll-up"

    def __init__(self, db: Database, *, every_s: float = EVERY_S) -> None:
        self._db = db
        self._every_s = every_s

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await roll_up(self._db)
            await pause(stop, self._every_s)

"""Hands parked events to their consumer again, after whatever was wrong has been mended."""

from dataclasses import dataclass
from typing import Any

import structlog

from chassis.db.engine import driver
from chassis.messaging import parked
from chassis.messaging.bus import Record
from chassis.messaging.processing import Definition, fold, handle, numbered
from chassis.store import Application, Context, UnitOfWork

log = structlog.get_logger(__name__)


class StillBroken(Exception):
    """A parked record has still no event in it that this build can read."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: events that have had their effect now, keys that failed again, events that still wait."""

    replayed: int
    failed: int
    remaining: int


async def replay_parked(application: Application, consumer: Definition) -> Replayed:
    """Replay everything that is parked: each event in a transaction of its own, in order per key.

    A key stops at its first failure, the others go on. May run while the consumer does, and twice at a time.
    """
    replayed = failed = 0
    async with application.db.read() as connection:
        raw = await driver(connection)
        keys = [(row["topic"], row["key"]) for row in await raw.fetch(_KEYS, consumer.name)]
    for topic, key in keys:
        done, ended_well = await replay_key(application, consumer, topic, key)
        replayed, failed = replayed + done, failed + (not ended_well)
    return Replayed(replayed, failed, await parked.count_parked(application.db, consumer.name))


async def replay_key(application: Application, consumer: Definition, topic: str, key: str) -> tuple[int, bool]:
    """Replay what is parked of one key, in order, up to the first failure: how many were, and whether all were."""
    done = 0
    try:
        while await _replay_next(application, consumer, topic, key):
            done += 1
    except Exception as error:
        await _note_failure(application, consumer.name, topic, key, error)
        return done, False
    return done, True


async def _replay_next(application: Application, consumer: Definition, topic: str, key: str) -> bool:
    """Replay the oldest parked event of a key; False when there is none."""

    async def work(uow: UnitOfWork) -> bool:
        raw = await driver(uow.connection)
        await raw.execute(parked.LOCK, consumer.name, topic, key)
        row = await raw.fetchrow(_OLDEST, consumer.name, topic, key)
        if row is None:
            return False
        one = consumer.wanted.read(Record(topic, -1, row["id"], key, row["envelope"]))
        if one is None:
            raise StillBroken("unwanted", "nobody handles this type any more; give it up")
        if one.broken is not None:
            raise StillBroken(one.code or "no_envelope", one.broken)
        kept = row["envelope"].decode() if one.type in consumer.kept else None
        position = await raw.fetchval(_RECEIVED, consumer.name, row["event_id"], topic, key, one.type, kept)
        event = numbered(one, position)
        await fold(uow, consumer, [event])
        await handle(uow, consumer, application, one, event)
        await raw.execute(_RESOLVE, row["id"])
        uow.ctx = Context.system(consumer.name, application.clock)
        await parked.tell_changed(uow, consumer, {(topic, key)})
        return True

    return await application.transact(work, Context.system(consumer.name, application.clock))


async def _note_failure(application: Application, consumer: str, topic: str, key: str, error: Exception) -> None:
    log.warning("replay_failed", consumer=consumer, topic=topic, key=key, exc_info=error)
    async with application.db.write() as connection:
        raw: Any = await driver(connection)
        await raw.execute(_FAILED, consumer, topic, key, parked.reason_of(error), parked.code_of(error))


_KEYS = """
    SELECT topic, key FROM parked_message WHERE consumer = $1 AND resolved_at IS NULL
    GROUP BY topic, key ORDER BY min(id)"""
_OLDEST = """
    SELECT id, event_id, envelope FROM parked_message
    WHERE consumer = $1 AND topic = $2 AND key = $3 AND resolved_at IS NULL ORDER BY id LIMIT 1"""
# Its place in the inbox is where it had its effect, not where it was parked: a rebuild folds in the same order.
_RECEIVED = """
    INSERT INTO inbox (consumer, event_id, topic, key, type, envelope) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (consumer, event_id) DO UPDATE
    SET envelope = excluded.envelope, type = excluded.type, position = DEFAULT, tx_id = pg_current_xact_id()
    RETURNING position"""
_RESOLVE = "UPDATE parked_message SET resolved_at = clock_timestamp() WHERE id = $1"
_FAILED = """
    UPDATE parked_message SET attempts = attempts + 1, reason = $4, code = $5 WHERE id = (
        SELECT id FROM parked_message WHERE consumer = $1 AND topic = $2 AND key = $3 AND resolved_at IS NULL
        ORDER BY id LIMIT 1)"""

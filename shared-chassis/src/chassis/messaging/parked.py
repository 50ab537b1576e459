"""Events that could not be handled: set aside with the reason, looked at by a person, replayed or given up."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from chassis.db import Database
from chassis.db.engine import driver
from chassis.messaging.incoming import Incoming
from chassis.store import Application, Context, UnitOfWork

Key = tuple[str, str]
"""What order is promised for: topic and key."""

ParkedChanged = Callable[[UnitOfWork, Collection[Key]], Awaitable[None]]
"""Hears, inside the transaction, of which keys something was just parked, replayed or given up."""

BEHIND = "waits behind an earlier event of its key"


class Aside(NamedTuple):
    """An event that is set aside: why, as a stable word and in words, and after how many attempts."""

    incoming: Incoming
    code: str
    reason: str
    attempts: int


def behind(incoming: Incoming) -> Aside:
    """It was never tried."""
    return Aside(incoming, "waits_behind", BEHIND, 0)


@dataclass(frozen=True, slots=True)
class Parked:
    """One event that waits. `attempts` 0: it was never tried, it waits behind another of its key."""

    id: int
    event_id: UUID | None
    topic: str
    key: str
    reason: str
    attempts: int
    parked_at: datetime


async def list_parked(db: Database, consumer: str, *, after: int = 0, limit: int = 100) -> list[Parked]:
    """What waits, oldest first; `after` is the id of the last one seen."""
    async with db.read() as connection:
        raw = await driver(connection)
        return [Parked(**row) for row in await raw.fetch(_LIST, consumer, after, limit)]


async def count_parked(db: Database, consumer: str) -> int:
    """How many wait."""
    async with db.read() as connection:
        raw = await driver(connection)
        return int(await raw.fetchval(_COUNT, consumer))


class Owner(Protocol):
    """The parts of a Consumer that this module reads."""

    name: str
    parked_changed: ParkedChanged | None


async def discard_parked(application: Application, consumer: Owner, ids: Collection[int]) -> int:
    """Give up on these for good: they will never have an effect, and their keys go on without them.

    Returns:
        how many of them were waiting.
    """

    async def work(uow: UnitOfWork) -> int:
        return await give_up(uow, consumer, ids)

    return await application.transact(work, Context.system(consumer.name, application.clock))


async def give_up(uow: UnitOfWork, consumer: Owner, ids: Collection[int]) -> int:
    """The same within a transaction that does more."""
    raw = await driver(uow.connection)
    keys = [(row["topic"], row["key"]) for row in await raw.fetch(_KEYS_OF, consumer.name, list(ids))]
    for topic, key in keys:
        await raw.execute(LOCK, consumer.name, topic, key)
    given_up = _affected(await raw.execute(_DISCARD, consumer.name, list(ids)))
    await tell_changed(uow, consumer, keys)
    return given_up


async def tell_changed(uow: UnitOfWork, consumer: Owner, keys: Collection[Key]) -> None:
    """Tell the service of which keys something was parked, replayed or given up, if it wants to know."""
    if consumer.parked_changed is not None and keys:
        await consumer.parked_changed(uow, keys)


async def park(raw: Any, consumer: str, events: Sequence[Aside]) -> None:
    """Set events aside in the transaction of their inbox rows.

    Their inbox rows keep no envelope: a rebuilt read model must not know what the live one has not seen. Whoever
    replays or gives up events of these keys comes before or after this transaction, never in between.
    """
    keys = sorted({one.incoming.key for one in events})
    await raw.execute(_LOCK_SHARED, consumer, [topic for topic, _ in keys], [key for _, key in keys])
    ids = [one.incoming.event_id for one in events]
    await raw.execute(
        _PARK,
        consumer,
        ids,
        [one.incoming.key[0] for one in events],
        [one.incoming.key[1] for one in events],
        [one.incoming.record.value for one in events],
        [one.reason for one in events],
        [one.attempts for one in events],
        [one.incoming.type for one in events],
        [one.code for one in events],
        [one.incoming.casino_id for one in events],
    )
    await raw.execute(_FORGET, consumer, ids)


def code_of(error: Exception) -> str:
    """What went wrong, as a stable word: the code of a refusal, or the class of what was not foreseen."""
    return str(getattr(error, "code", type(error).__name__))[:100]


def reason_of(error: Exception) -> str:
    """What went wrong, in words. They may speak of values, so they are for whoever looks at the process itself."""
    return f"{type(error).__name__}: {error}".replace("\0", "\ufffd")[:1000]


async def parked_keys(raw: Any, consumer: str, keys: Collection[Key]) -> set[Key]:
    """Those (topic, key) pairs of which something waits, as this transaction sees it."""
    found = await raw.fetch(_BLOCKED, consumer, [topic for topic, _ in keys], [key for _, key in keys])
    return {(row["topic"], row["key"]) for row in found}


async def blocked_keys(raw: Any, consumer: str, keys: Collection[Key]) -> set[Key]:
    """Those (topic, key) pairs that have parked events.

    A replay may be about to empty a key. So where one is found its lock is taken and the question is asked again:
    either the replay comes after us and sees what we park, or we come after it and find the key free.
    """
    topics, names = [topic for topic, _ in keys], [name for _, name in keys]
    found = await raw.fetch(_BLOCKED, consumer, topics, names)
    if not found:
        return set()
    await raw.execute(_LOCK_SHARED, consumer, [row["topic"] for row in found], [row["key"] for row in found])
    found = await raw.fetch(_BLOCKED, consumer, topics, names)
    return {(row["topic"], row["key"]) for row in found}


def _affected(status: str) -> int:
    return int(status.rsplit(" ", 1)[-1])


_LIST = """
    SELECT id, event_id, topic, key, reason, attempts, parked_at FROM parked_message
    WHERE consumer = $1 AND resolved_at IS NULL AND id > $2 ORDER BY id LIMIT $3"""
_COUNT = "SELECT count(*) FROM parked_message WHERE consumer = $1 AND resolved_at IS NULL"
_KEYS_OF = """
    SELECT DISTINCT topic, key FROM parked_message
    WHERE consumer = $1 AND id = ANY($2::bigint[]) AND resolved_at IS NULL ORDER BY topic, key"""
_DISCARD = """
    UPDATE parked_message SET resolved_at = clock_timestamp(), given_up = true, reason = 'given up: ' || reason
    WHERE consumer = $1 AND id = ANY($2::bigint[]) AND resolved_at IS NULL"""
_PARK = """
    INSERT INTO parked_message (consumer, event_id, topic, key, envelope, reason, attempts, type, code, casino_id)
    SELECT $1, event_id, topic, key, envelope, reason, attempts, type, code, casino_id
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::int[], $8::text[], $9::text[],
                $10::uuid[]) WITH ORDINALITY
         AS parked(event_id, topic, key, envelope, reason, attempts, type, code, casino_id, place)
    ORDER BY place"""
_FORGET = "UPDATE inbox SET envelope = NULL WHERE consumer = $1 AND event_id = ANY($2::uuid[]) AND envelope IS NOT NULL"
_BLOCKED = """
    SELECT topic, key FROM unnest($2::text[], $3::text[]) AS asked(topic, key)
    WHERE EXISTS (SELECT FROM parked_message p WHERE p.consumer = $1 AND p.key = asked.key AND p.topic = asked.topic
                  AND p.resolved_at IS NULL)"""
_LOCK_SHARED = """
    SELECT pg_advisory_xact_lock_shared(hash) FROM (
        SELECT DISTINCT hashtextextended(concat_ws('/', 'parked', $1::text, topic, key), 3) AS hash
        FROM unnest($2::text[], $3::text[]) AS asked(topic, key) ORDER BY hash) AS sorted"""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'parked', $1::text, $2::text, $3::text), 3))"

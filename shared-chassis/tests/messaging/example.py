"""What the tests of relay and consumer share: envelopes, a read model of somebody else's events, an outbox to fill."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, Table, Text

from chassis.db import Database
from chassis.db.engine import driver
from chassis.db.tables import NAMING
from chassis.messaging import Consumer, EventBus, Message
from chassis.store import Application, EventTypes, ReadModel, Recorded, Row
from contracts.envelope import Envelope
from contracts.platform.events import SettingChanged

TOPIC = SettingChanged.topic

metadata = MetaData(naming_convention=NAMING)

setting_history = Table(
    "rm_setting_history",
    metadata,
    Column("element", Text, primary_key=True),
    Column("changes", Integer, nullable=False),
    Column("history", Text, nullable=False),
)

effect = Table(
    "effect",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("key", Text, nullable=False),
    Column("what", Text, nullable=False),
)
"""What handlers did, in order."""


def _fold(row: Row | None, recorded: Recorded[Any]) -> Row:
    event = recorded.event
    if row is None:
        return {"element": event.element, "changes": 1, "history": event.element_id}
    return row | {"changes": row["changes"] + 1, "history": f"{row['history']} {event.element_id}"}


histories = ReadModel(
    "setting_history", setting_history, (SettingChanged,), key=lambda r: (r.event.element,), fold=_fold
)
"""Every change in the order in which it was folded: a repeat, a gap or a swap shows."""


def envelope(key: str, what: str, *, event_id: UUID | None = None, version: int = 1, **changes: Any) -> Envelope:
    """A setting of `key` changed; `what` tells the changes of a key apart."""
    return Envelope(
        id=event_id or uuid4(),
        source="/pitboss/till",
        type=SettingChanged.type,
        typeversion=version,
        subject=f"setting-{key}",
        time=datetime(2026, 1, 2, tzinfo=UTC),
        partitionkey=key,
        actorkind="staff",
        actorid="someone",
        correlationid=uuid4(),
        data={"element": key, "element_id": what, "before": None, "after": {"n": 1}},
    ).model_copy(update=changes)


def message(one: Envelope) -> Message:
    return Message(TOPIC, one.partitionkey, one.to_json())


def application(db: Database) -> Application:
    return Application(db, EventTypes(), source="reader")


@asynccontextmanager
async def consuming(consumer: Consumer, db: Database, bus: EventBus) -> AsyncIterator[None]:
    """The consumer runs while the block lasts."""
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.runner(application(db), bus)(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def fetch(db: Database, query: str, *values: Any) -> list[dict[str, Any]]:
    async with db.read() as connection:
        raw = await driver(connection)
        return [dict(row) for row in await raw.fetch(query, *values)]


async def value(db: Database, query: str, *values: Any) -> Any:
    (row,) = await fetch(db, query, *values)
    (only,) = row.values()
    return only


async def history_of(db: Database, key: str) -> str | None:
    rows = await fetch(db, "SELECT history FROM rm_setting_history WHERE element = $1", key)
    return rows[0]["history"] if rows else None


async def queue(connection: Any, messages: Sequence[Message]) -> None:
    """Outbox rows as SQL writes them, through an asyncpg connection."""
    await connection.executemany(
        "INSERT INTO outbox (topic, key, partition, envelope) VALUES ($1, $2, $3, $4)",
        [(one.topic, one.key, one.partition, one.value.decode()) for one in messages],
    )

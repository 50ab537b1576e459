"""Streams of events in PostgreSQL: append with the expected version, and load."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.store.context import Meta
from chassis.store.types import EventTypes, Recorded

_META = msgspec.json.Decoder(Meta)
_ENCODER = msgspec.json.Encoder()

_APPEND = """
    INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta)
    SELECT $1, n.version, n.event_id, n.type, n.type_version, n.data::jsonb, n.meta::jsonb
    FROM unnest($2::int[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[])
         AS n(version, event_id, type, type_version, data, meta)
    ORDER BY n.version
    RETURNING version, global_position"""

_LOAD = """
    SELECT event_id, type, type_version, data::text AS data, meta::text AS meta, version, stream_id,
           global_position AS position
    FROM event WHERE stream_id = $1 ORDER BY version"""


class VersionConflict(Exception):
    """Somebody else appended to the stream first."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is about to be appended."""

    event: Any
    event_id: UUID
    meta: Meta


async def append(
    connection: AsyncConnection, types: EventTypes, stream_id: str, expected_version: int, events: Sequence[NewEvent]
) -> list[Recorded[Any]]:
    """Append to a stream whose version is `expected_version` (0: it is new); VersionConflict when it is not."""
    encoded = [types.encode(new.event) for new in events]
    versions = list(range(expected_version + 1, expected_version + 1 + len(events)))
    raw = await driver(connection)
    try:
        rows = await raw.fetch(
            _APPEND,
            stream_id,
            versions,
            [new.event_id for new in events],
            [name for name, _, _ in encoded],
            [type_version for _, type_version, _ in encoded],
            [data for _, _, data in encoded],
            [_ENCODER.encode(new.meta).decode() for new in events],
        )
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "uq_event_stream_version":
            raise VersionConflict(stream_id) from error
        raise
    positions = {row["version"]: row["global_position"] for row in rows}
    return [
        Recorded(new.event, new.event_id, name, stream_id, version, positions[version], new.meta)
        for new, (name, _, _), version in zip(events, encoded, versions, strict=True)
    ]


async def load(connection: AsyncConnection, types: EventTypes, stream_id: str) -> list[Recorded[Any]]:
    """All events of a stream in order; UnknownEventType when one of them cannot be read by this build."""
    raw = await driver(connection)
    return [recorded(types, row) for row in await raw.fetch(_LOAD, stream_id)]


def recorded(types: EventTypes, row: Any) -> Recorded[Any]:
    """A row of the event table, with data and meta as text, as an event."""
    return Recorded(
        types.decode(row["type"], row["type_version"], row["data"]),
        row["event_id"],
        row["type"],
        row["stream_id"],
        row["version"],
        row["position"],
        _META.decode(row["meta"]),
    )

"""Following a table of events without ever skipping a slow writer's.

Positions are given when a row is inserted and become visible when its transaction commits, so a reader that remembers
only the last position loses the event of a slow writer for ever. This reader remembers transactions instead: it reads
the window of transactions that were all finished when it looked (`tx_id < pg_snapshot_xmin`), in order of position,
and only then opens the next window.

Within a stream the order stays right. A version is appended after its predecessor was committed, so its position is
higher; and whenever a window can see it, that window or an earlier one can see the predecessor too.

A window may be the whole history. The index over transactions says where it begins; its pages are then read along the
positions, from where the last one ended (`IS TRUE` keeps PostgreSQL from sorting the whole window for every page).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.store.context import Actor, Meta
from chassis.store.event_store import recorded
from chassis.store.types import EventTypes, Recorded
from contracts.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Place:
    """How far a follower has come: the window of transactions it reads, and the position inside it."""

    window_from: int = 0
    window_to: int = 0
    position: int = 0


async def horizon(connection: AsyncConnection) -> int:
    """The first transaction that is not finished: what those before it wrote is all to be seen."""
    raw = await driver(connection)
    return int(await raw.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))


class Log(ABC):
    """A table of events that can be followed: the service's own, or those it received."""

    _first_sql: ClassVar[str]
    _page_sql: ClassVar[str]
    _rest_sql: ClassVar[str]

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = list(names)

    async def page(
        self, connection: AsyncConnection, place: Place, limit: int, *, until: int | None = None
    ) -> tuple[list[Recorded[Any]], Place]:
        """The next events after `place`, and the place after them; the same place when nothing is new.

        Args:
            until: the transaction at which a new window ends, where it is not to be as wide as possible.
        """
        raw = await driver(connection)
        if place.window_from == place.window_to:
            end = await horizon(connection) if until is None else until
            if end == place.window_to:
                return [], place
            first = await raw.fetchval(self._first_sql, str(place.window_to), str(end)) if place.window_to else 1
            if first is None:
                return [], Place(end, end, 0)
            place = Place(place.window_to, end, first - 1)
        bounds = (str(place.window_from), str(place.window_to), place.position)
        rows = await raw.fetch(self._page_sql, self.names, *bounds, limit, *self._extra())
        events = [self.recorded(row) for row in rows]
        if len(rows) < limit:
            return events, Place(place.window_to, place.window_to, 0)
        return events, Place(place.window_from, place.window_to, rows[-1]["position"])

    async def rest(self, connection: AsyncConnection, place: Place) -> list[Recorded[Any]]:
        """All committed events after `place`, finished window or not. Only for a caller who keeps writers out."""
        raw = await driver(connection)
        bounds = (str(place.window_from), str(place.window_to), place.position)
        rows = await raw.fetch(self._rest_sql, self.names, *bounds, *self._extra())
        return [self.recorded(row) for row in rows]

    @abstractmethod
    def recorded(self, row: Any) -> Recorded[Any]:
        """One row as an event."""

    def _extra(self) -> tuple[Any, ...]:
        return ()


class EventLog(Log):
    """The service's own events."""

    _columns: ClassVar[str] = """
        SELECT event_id, type, type_version, data::text AS data, meta::text AS meta, stream_id, version,
               global_position AS position
        FROM event WHERE type = ANY($1::text[]) AND """
    _first_sql: ClassVar[str] = """
        SELECT min(position) FROM (SELECT global_position AS position FROM event
        WHERE tx_id >= $1::text::xid8 AND tx_id < $2::text::xid8 OFFSET 0) AS of_window"""
    _page_sql: ClassVar[str] = (
        _columns
        + """(tx_id >= $2::text::xid8 AND tx_id < $3::text::xid8) IS TRUE AND global_position > $4
        ORDER BY global_position LIMIT $5"""
    )
    _rest_sql: ClassVar[str] = (
        _columns
        + """(tx_id >= $3::text::xid8 OR (tx_id >= $2::text::xid8 AND global_position > $4))
        ORDER BY global_position"""
    )

    def __init__(self, types: EventTypes, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self._types = types

    def recorded(self, row: Any) -> Recorded[Any]:
        return recorded(self._types, row)


class InboxLog(Log):
    """The events a consumer received from other services and kept."""

    _columns: ClassVar[str] = "SELECT envelope, position FROM inbox WHERE type = ANY($1::text[]) AND "
    _first_sql: ClassVar[str] = """
        SELECT min(position) FROM (SELECT position FROM inbox
        WHERE tx_id >= $1::text::xid8 AND tx_id < $2::text::xid8 OFFSET 0) AS of_window"""
    _page_sql: ClassVar[str] = (
        _columns
        + """(tx_id >= $2::text::xid8 AND tx_id < $3::text::xid8) IS TRUE AND position > $4
        AND consumer = $6 AND envelope IS NOT NULL ORDER BY position LIMIT $5"""
    )
    _rest_sql: ClassVar[str] = (
        _columns
        + """(tx_id >= $3::text::xid8 OR (tx_id >= $2::text::xid8 AND position > $4))
        AND consumer = $5 AND envelope IS NOT NULL ORDER BY position"""
    )

    def __init__(self, consumer: str, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self._consumer = consumer

    def recorded(self, row: Any) -> Recorded[Any]:
        return received(Envelope.from_json(row["envelope"]), row["position"])

    def _extra(self) -> tuple[Any, ...]:
        return (self._consumer,)


def received(envelope: Envelope, position: int) -> Recorded[Any]:
    """An envelope of another service in the shape in which read models see every event."""
    meta = Meta(
        actor=Actor(envelope.actorkind, envelope.actorid, envelope.actorip),
        occurred_at=envelope.time,
        casino_id=envelope.casinoid,
        correlation_id=envelope.correlationid,
        causation_id=envelope.causationid,
        reason=envelope.reason,
        authorised_by=envelope.authorisedby,
        traceparent=envelope.traceparent,
        breakglass=envelope.breakglass,
    )
    return Recorded(
        envelope.event(), envelope.id, envelope.type, envelope.subject, envelope.streamversion, position, meta
    )

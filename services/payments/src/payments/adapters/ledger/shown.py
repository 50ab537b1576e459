"""I8 of what people look at: lists show what payments' events say, and events are as others were told of them.

Events are walked once, stream by stream, in memory that stays the same; each is folded as the list itself does it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec

from chassis.db.names import quoted
from chassis.store import EventTypes, ReadModel, Row
from chassis.store.event_store import recorded
from contracts.payments.events import TransferPosted
from payments.adapters.ledger.causes import PAGE, Found

_EVENTS: Final = """
    SELECT event_id, type, type_version, data::text AS data, meta::text AS meta, version, stream_id,
           global_position AS position
    FROM event WHERE (stream_id, version) > ($1, $2) AND type = ANY ($3) ORDER BY stream_id, version LIMIT $4"""

_NO_ID: Final = UUID(int=0)

_NEWEST_TOLD: Final = "SELECT coalesce(max(id), 0) FROM outbox"
_TOLD: Final = """
    SELECT told.* FROM (
        SELECT envelope ->> 'subject' AS stream_id, (envelope ->> 'streamversion')::int AS version,
               envelope ->> 'type' AS type, envelope ->> 'actorkind' AS actor_kind, envelope ->> 'actorid' AS actor_id,
               envelope ->> 'authorisedby' AS authorised_by, envelope ->> 'correlationid' AS correlation_id
        FROM (SELECT envelope::jsonb AS envelope FROM outbox
              WHERE id > $1 AND id <= $1 + $2 AND topic <> $3) AS page
    ) AS told LEFT JOIN event USING (stream_id, version)
    WHERE told.version > 0 AND (event.meta IS NULL
       OR (told.actor_kind, told.actor_id, told.authorised_by, told.correlation_id) IS DISTINCT FROM
          (meta #>> '{actor,kind}', meta #>> '{actor,id}', meta ->> 'authorised_by', meta ->> 'correlation_id'))"""
"""What is told of entries has no event: it is the entry that says it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A list with one row for each stream.

    Attributes:
        category: the first part of its streams' names.
        columns: that are held against the events: whose it is, what money it is about, where it stands, who agreed.
    """

    model: ReadModel
    category: str
    columns: tuple[str, ...]


@dataclass(slots=True)
class _Folding:
    """One stream after the other; `rows` are those of streams that ended, by list."""

    stream_id: str = ""
    shown: Shown | None = None
    row: Row | None = None
    rows: dict[str, dict[UUID, Row]] = field(default_factory=dict)

    def end(self) -> None:
        if self.shown is not None and self.row is not None:
            self.rows.setdefault(self.shown.category, {})[self.row["id"]] = self.row
        self.shown = self.row = None


async def as_events_say(raw: Any, lists: Sequence[Shown]) -> Found:
    """Rows of the lists, in the snapshot that is open on `raw`, that are not what their events make of them."""
    found = Found()
    handled = tuple({cls: None for one in lists for cls in one.model.handles})
    types, of_category = EventTypes(*handled), {one.category: one for one in lists}
    names, place, folding = types.names(handled), ("", 0), _Folding()
    while rows := await raw.fetch(_EVENTS, *place, names, PAGE):
        place = (rows[-1]["stream_id"], rows[-1]["version"])
        for row in rows:
            if row["stream_id"] != folding.stream_id:
                folding.end()
                folding.stream_id = row["stream_id"]
                folding.shown = of_category.get(row["stream_id"].partition("-")[0])
            if folding.shown is not None:
                folding.row = folding.shown.model.fold(folding.row, recorded(types, row))
        if len(rows) < PAGE:
            folding.end()
        await _compare(raw, of_category, folding.rows, found)
        folding.rows = {}
    folding.end()
    await _compare(raw, of_category, folding.rows, found)
    for one in lists:
        await _without_events(raw, one, found)
    return found


async def _compare(raw: Any, lists: Mapping[str, Shown], said: Mapping[str, Mapping[UUID, Row]], found: Found) -> None:
    for category, rows in said.items():
        shown = lists[category]
        there = {row["id"]: row for row in await raw.fetch(shown.model.sql().load, list(rows))}
        for key, row in rows.items():
            if key not in there:
                found.add(f"{category}={key}, not in {shown.model.table.name}")
                continue
            for name in shown.columns:
                listed, folded = _plain(there[key][name], name, shown.model), msgspec.to_builtins(row[name])
                if listed != folded:
                    found.add(f"{category}={key}, {name}={listed} in {shown.model.table.name}, its events say {folded}")


def _plain(value: Any, name: str, model: ReadModel) -> Any:
    """As it stands in an event: JSON comes from the database as text."""
    return json.loads(value) if name in model.sql().json else msgspec.to_builtins(value)


async def _without_events(raw: Any, shown: Shown, found: Found) -> None:
    page = f"""
        SELECT id, EXISTS (SELECT FROM event WHERE stream_id = $3 || '-' || id AND version = 1) AS said
        FROM (SELECT id FROM {quoted(shown.model.table.name)} WHERE id > $1 ORDER BY id LIMIT $2) AS page
        ORDER BY id"""  # noqa: S608 - the name of our own table
    last = _NO_ID
    while rows := await raw.fetch(page, last, PAGE, shown.category):
        last = rows[-1]["id"]
        for row in rows:
            if not row["said"]:
                found.add(f"{shown.category}={row['id']}, in {shown.model.table.name}, has no events")


async def as_told(raw: Any) -> Found:
    """Events, in the snapshot that is open on `raw`, that are gone, or another's, since others were told of them.

    What was published is kept for days: of what is older nobody here knows what was told.
    """
    found, last = Found(), 0
    newest = await raw.fetchval(_NEWEST_TOLD)
    last = await raw.fetchval("SELECT coalesce(min(id), 1) - 1 FROM outbox")
    while last < newest:
        for row in await raw.fetch(_TOLD, last, PAGE, TransferPosted.topic):
            told = ", ".join(f"{name}={row[name]}" for name in ("actor_kind", "actor_id", "authorised_by"))
            found.add(
                f"version {row['version']} of {row['stream_id']}, told as {row['type']}, {told}, "
                f"correlation_id={row['correlation_id']}, is not there or says otherwise"
            )
        last += PAGE
    return found

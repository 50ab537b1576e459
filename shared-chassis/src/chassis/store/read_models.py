"""A read model is a table, a key and a pure fold; the same definition serves inline, async and rebuild.

A chunk of events is folded in memory: one query loads the rows it touches, one statement writes them back. That makes
a rebuild of a million events a matter of seconds and an inline update of one event two statements.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import JSON, Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.store.types import Recorded

Row = dict[str, Any]
Key = tuple[Any, ...]
Keyed = tuple[Key, Recorded[Any]]

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class ReadModel:
    """What a screen shows, kept up to date from events.

    Attributes:
        name: how `rebuild` calls it; the table is `rm_<name>`, and a projector's place is kept under it. What people
            look at is named as they see it (`withdrawal_list`, `timeline`); a copy of another service's facts for the
            service's own use is the noun of one row (`player`, `movement`).
        table: its columns; the primary key's columns are the model's key, in that order.
        handles: the event classes it looks at: this service's own, or contract events of others.
        key: the primary key of the row an event belongs to; None when the event is none of its business.
        fold: the row after the event, given the row before it (None: there is none yet); None removes the row.
            Pure: the same rows and events give the same result, and folding twice what was folded once is not its
            concern, since every event reaches it once.

        inline: folded in the transaction of its events (or of their receipt); otherwise by a Projector, which keeps
            a checkpoint.

    >>> from chassis.db.tables import outbox
    >>> model = ReadModel("example", outbox, (int,), key=lambda r: (r,), fold=lambda row, r: {"id": r})
    >>> model.fold(None, 7)
    {'id': 7}
    """

    name: str
    table: Table
    handles: tuple[type[Any], ...]
    key: Callable[[Recorded[Any]], Key | None]
    fold: Callable[[Row | None, Recorded[Any]], Row | None]
    inline: bool = True
    _sql: dict[str, "TableSql"] = field(default_factory=dict, compare=False, repr=False)

    def sql(self, table_name: str | None = None) -> "TableSql":
        """The statements for the live table, or for one of the same shape with another name."""
        name = table_name or self.table.name
        if name not in self._sql:
            self._sql[name] = TableSql(self.table, name)
        return self._sql[name]


class TableSql:
    """Set-based statements for one table: load rows by key, write rows, delete rows."""

    def __init__(self, table: Table, name: str) -> None:
        self.columns = list(table.columns)
        self.keys = list(table.primary_key.columns)
        self.json = {column.name for column in self.columns if isinstance(column.type, JSON)}
        quoted = ", ".join(f'"{c.name}"' for c in self.columns)
        conflict = ", ".join(f'"{c.name}"' for c in self.keys)
        updates = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in self.columns if c not in self.keys)
        join = " AND ".join(f't."{c.name}" = k."{c.name}"' for c in self.keys)
        keys = self._unnest(self.keys, "k")
        action = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
        self.load = f'SELECT t.* FROM "{name}" t JOIN {keys} ON {join}'  # noqa: S608 - names come from Table objects
        self.write = (
            f'INSERT INTO "{name}" ({quoted}) SELECT * FROM {self._unnest(self.columns, "n")} '  # noqa: S608
            f"ON CONFLICT ({conflict}) {action}"
        )
        self.delete = f'DELETE FROM "{name}" t USING {keys} WHERE {join}'  # noqa: S608

    @staticmethod
    def _unnest(columns: list[Column[Any]], alias: str) -> str:
        arrays = ", ".join(f"${i}::{c.type.compile(_DIALECT)}[]" for i, c in enumerate(columns, start=1))
        names = ", ".join(f'"{c.name}"' for c in columns)
        return f"unnest({arrays}) AS {alias}({names})"

    def arrays(self, rows: Sequence[Row]) -> list[list[Any]]:
        """Rows turned into one array per column. JSON goes in as text; on its way out the dialect decodes it."""
        return [
            [_to_json(row[c.name]) for row in rows] if c.name in self.json else [row[c.name] for row in rows]
            for c in self.columns
        ]


def _to_json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def apply(connection: AsyncConnection, model: ReadModel, events: Iterable[Recorded[Any]]) -> int:
    """Fold events into the model's live table; returns how many of them were its business.

    Writers of the same row wait for each other, and all wait while a rebuilt table is switched in.
    """
    found = keyed(model, events)
    if not found:
        return 0
    raw = await driver(connection)
    await raw.execute(_LOCK, f"rm:{model.name}", [repr(key) for key in dict.fromkeys(key for key, _ in found)])
    folding = Folding(model)
    await folding.add(connection, found)
    await folding.write(connection)
    return len(found)


def keyed(model: ReadModel, events: Iterable[Recorded[Any]]) -> list[Keyed]:
    """The events that are the model's business, each with the key of its row."""
    return [(key, one) for one in events if isinstance(one.event, model.handles) and (key := model.key(one))]


class Folding:
    """Rows of one table in memory: read when an event first asks for them, folded any number of times, written once.

    Whoever uses it is the only writer of these rows until they are written.
    """

    def __init__(self, model: ReadModel, table_name: str | None = None) -> None:
        self._model = model
        self._sql = model.sql(table_name)
        self._rows: dict[Key, Row | None] = {}
        self._stored: set[Key] = set()

    def __len__(self) -> int:
        return len(self._rows)

    async def add(self, connection: AsyncConnection, events: Sequence[Keyed]) -> None:
        """Fold events of this model."""
        rows = self._rows
        missing = list(dict.fromkeys(key for key, _ in events if key not in rows))
        if missing:
            rows.update(dict.fromkeys(missing))
            raw = await driver(connection)
            for record in await raw.fetch(self._sql.load, *_by_column(missing)):
                key = tuple(record[c.name] for c in self._sql.keys)
                rows[key] = dict(record)
                self._stored.add(key)
        fold = self._model.fold
        for key, one in events:
            rows[key] = fold(rows[key], one)

    async def write(self, connection: AsyncConnection) -> None:
        """Store the rows as they are now and forget them."""
        raw = await driver(connection)
        kept = [row for row in self._rows.values() if row is not None]
        removed = [key for key in self._stored if self._rows[key] is None]
        if kept:
            await raw.execute(self._sql.write, *self._sql.arrays(kept))
        if removed:
            await raw.execute(self._sql.delete, *_by_column(removed))
        self._rows, self._stored = {}, set()


def _by_column(keys: Sequence[Key]) -> list[list[Any]]:
    return [list(part) for part in zip(*keys, strict=True)]


# One statement: stay out while a table is switched, then one lock per row, in one order for everybody.
_LOCK = """
    SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0)), (
        SELECT count(pg_advisory_xact_lock(hash)) FROM (
            SELECT DISTINCT hashtextextended($1 || key, 1) AS hash FROM unnest($2::text[]) AS key ORDER BY hash
        ) AS sorted)"""

"""The lists in force, in the database: replaced whole in one transaction, read whole into an index."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from verification.adapters.tables import screening_entry, screening_list
from verification.application.listed import BadList, ListedEntity, from_document, to_document
from verification.application.lists import Changes, ListInForce

_ONE_IMPORT_AT_A_TIME = "verification.lists"
_LONGEST_IMPORT = "15min"
_CHUNK_BYTES = 1 << 20


class ListStore:
    """Screening lists and their entries."""

    async def lock(self, connection: AsyncConnection) -> None:
        """Let one import happen at a time, and let it take its time."""
        await connection.execute(text(f"SET LOCAL statement_timeout = '{_LONGEST_IMPORT}'"))
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_ONE_IMPORT_AT_A_TIME, 0))))

    async def in_force(self, connection: AsyncConnection) -> dict[str, ListInForce]:
        """Kind -> the version in force."""
        table = screening_list
        columns = (table.c.kind, table.c.source, table.c.version, table.c.sha256, table.c.revision, table.c.entries)
        rows = await connection.execute(select(*columns).order_by(table.c.kind))
        return {row.kind: ListInForce(*row) for row in rows}

    async def replace_entries(
        self, connection: AsyncConnection, kind: str, entities: Iterable[ListedEntity]
    ) -> Changes:
        """Make the entries of a kind exactly these, and say what that changed.

        `entities` is read as it is written: a BadList it raises ends the transaction, and nothing changed.
        """
        raw = await driver(connection)
        await raw.execute(_INCOMING)
        names = _Counter()
        await raw.copy_records_to_table(
            "incoming_entry",
            records=_records(entities, names),
            columns=["entity_id", "content_hash", "document"],
            timeout=900,
        )
        counts = await raw.fetchrow(_REPLACE, kind, timeout=900)
        return Changes(names=names.count, **{name: int(counts[name]) for name in _COUNTED})

    async def put_in_force(
        self, connection: AsyncConnection, listed: ListInForce, *, names: int, now: datetime, by: str
    ) -> None:
        """Say that this version of the list is the one in force."""
        facts = {
            "source": listed.source,
            "version": listed.version,
            "sha256": listed.sha256,
            "revision": listed.revision,
            "entries": listed.entries,
            "names": names,
            "imported_at": now,
            "imported_by": by,
        }
        await connection.execute(
            insert(screening_list)
            .values(kind=listed.kind, **facts)
            .on_conflict_do_update(index_elements=["kind"], set_=facts)
        )

    async def entities(self, connection: AsyncConnection) -> AsyncIterator[tuple[str, ListedEntity]]:
        """(source, entity) of everything in force, kinds of one source joined: first who it is, then aliases."""
        table, lists = screening_entry, screening_list
        statement = (
            select(lists.c.source, table.c.entity_id, table.c.document)
            .join(lists, lists.c.kind == table.c.kind)
            .order_by(lists.c.source, table.c.entity_id, table.c.kind.desc())
        )
        held: tuple[str, ListedEntity] | None = None
        async with connection.stream(statement.execution_options(yield_per=2000)) as rows:
            async for source, entity_id, document in rows:
                entity = from_document(entity_id, document)
                if held is not None and (held[0], held[1].entity_id) == (source, entity_id):
                    held = (source, held[1].joined_by(entity.names))
                    continue
                if held is not None:
                    yield held
                held = (source, entity)
        if held is not None:
            yield held


class _Counter:
    def __init__(self) -> None:
        self.count = 0


def _records(entities: Iterable[ListedEntity], names: _Counter) -> Iterable[tuple[str, str, str]]:
    for entity in entities:
        names.count += len(entity.names)
        document: dict[str, Any] = to_document(entity)
        yield entity.entity_id, entity.content_hash, json.dumps(document, ensure_ascii=False)


def fingerprint(paths: Iterable[Path]) -> str:
    """SHA-256 over the files' contents, read in pieces. BadList when one cannot be read."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                while piece := file.read(_CHUNK_BYTES):
                    digest.update(piece)
        except OSError as error:
            raise BadList(f"{path.name} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


_COUNTED = ("entries", "added", "changed", "removed")

_INCOMING = """
    CREATE TEMPORARY TABLE incoming_entry (
        entity_id text PRIMARY KEY, content_hash text NOT NULL, document jsonb NOT NULL) ON COMMIT DROP"""

# The parts of one statement see the same snapshot, so `before` is what was in force until now.
_REPLACE = """
    WITH before AS (SELECT entity_id, content_hash, document FROM screening_entry WHERE kind = $1),
    gone AS (
        DELETE FROM screening_entry e WHERE e.kind = $1
        AND NOT EXISTS (SELECT 1 FROM incoming_entry i WHERE i.entity_id = e.entity_id) RETURNING 1),
    written AS (
        INSERT INTO screening_entry (kind, entity_id, content_hash, document)
        SELECT $1, i.entity_id, i.content_hash, i.document FROM incoming_entry i
        LEFT JOIN before b USING (entity_id) WHERE b.document IS DISTINCT FROM i.document
        ON CONFLICT (kind, entity_id) DO UPDATE SET content_hash = excluded.content_hash, document = excluded.document
        RETURNING 1)
    SELECT (SELECT count(*) FROM incoming_entry) AS entries,
           (SELECT count(*) FROM incoming_entry i LEFT JOIN before b USING (entity_id)
            WHERE b.entity_id IS NULL) AS added,
           (SELECT count(*) FROM incoming_entry i JOIN before b USING (entity_id)
            WHERE b.content_hash <> i.content_hash) AS changed,
           (SELECT count(*) FROM gone) AS removed,
           (SELECT count(*) FROM written) AS written"""

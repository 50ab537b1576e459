"""Views as they are kept: the one that holds, and every version there was."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.tables import list_view as table
from chassis.db.tables import list_view_choice as choices
from chassis.db.tables import list_view_version as versions
from chassis.domain import uuid7

VERSIONED: Final = ("name", "visibility", "role_id", "casino_id", "role_default", "content", "changed_at", "changed_by")


async def lock(connection: AsyncConnection, path: str) -> None:
    """Let nobody else change views of this list until the transaction ends, so that what is counted stays true."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"list_view/{path}", 0))))


async def find(connection: AsyncConnection, view_id: UUID, *where: ColumnElement[bool]) -> Any:
    """One, or None."""
    return (await connection.execute(select(table).where(table.c.id == view_id, *where))).one_or_none()


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """A new one, in its first version."""
    await connection.execute(insert(table).values(**values, version=1, created_at=values["changed_at"]))
    await _keep(connection, values["id"], 1, values, deleted=False)


async def change(
    connection: AsyncConnection, view_id: UUID, version: int, values: Mapping[str, Any], *, deleted: bool = False
) -> None:
    """The next version of one."""
    changed = update(table).where(table.c.id == view_id)
    await connection.execute(changed.values(**values, version=version, deleted=deleted))
    await _keep(connection, view_id, version, values, deleted=deleted)


async def _keep(
    connection: AsyncConnection, view_id: UUID, version: int, values: Mapping[str, Any], *, deleted: bool
) -> None:
    kept = {name: values[name] for name in VERSIONED}
    await connection.execute(
        insert(versions).values(id=uuid7(), view_id=view_id, version=version, deleted=deleted, **kept)
    )


async def version_of(connection: AsyncConnection, view_id: UUID, version: int, *where: ColumnElement[bool]) -> Any:
    """One version, or None."""
    asked = select(versions).where(versions.c.view_id == view_id, versions.c.version == version, *where)
    return (await connection.execute(asked)).one_or_none()


async def count(connection: AsyncConnection, owner_id: UUID, path: str) -> int:
    """How many views of a list somebody keeps."""
    own = select(func.count()).where(table.c.owner_id == owner_id, table.c.list == path, ~table.c.deleted)
    return int((await connection.execute(own)).scalar_one())


async def default_of_role(connection: AsyncConnection, path: str, role_id: UUID, casino_id: UUID | None) -> UUID | None:
    """The view that those who hold a role begin with there."""
    same = table.c.casino_id.is_not_distinct_from(casino_id)
    asked = select(table.c.id).where(
        table.c.list == path, table.c.role_id == role_id, same, table.c.role_default, ~table.c.deleted
    )
    return (await connection.execute(asked)).scalar()


async def defaults_of_roles(connection: AsyncConnection, where: ColumnElement[bool]) -> dict[str, UUID]:
    """By list, the oldest view that is the default of a role, of those there are."""
    asked = select(table.c.list, table.c.id).where(where, table.c.role_default).order_by(table.c.created_at, table.c.id)
    found: dict[str, UUID] = {}
    for path, view_id in await connection.execute(asked):
        found.setdefault(path, view_id)
    return found


async def known(connection: AsyncConnection, ids: Sequence[UUID], where: ColumnElement[bool]) -> set[UUID]:
    """Those of these that are there."""
    return set((await connection.execute(select(table.c.id).where(table.c.id.in_(ids), where))).scalars())


async def choices_of(connection: AsyncConnection, subject_id: UUID, paths: Sequence[str]) -> dict[str, Any]:
    """What somebody begins with and has pinned, by list."""
    asked = select(choices).where(choices.c.subject_id == subject_id, choices.c.list.in_(paths))
    return {row.list: row for row in await connection.execute(asked)}


async def choose(
    connection: AsyncConnection,
    subject_id: UUID,
    path: str,
    default_id: UUID | None,
    pinned: Sequence[UUID],
    now: datetime,
) -> None:
    """Remember what somebody begins with."""
    values = {"default_id": default_id, "pinned": [str(one) for one in pinned], "changed_at": now}
    row = upsert(choices).values(subject_id=subject_id, list=path, **values)
    await connection.execute(row.on_conflict_do_update(index_elements=["subject_id", "list"], set_=values))

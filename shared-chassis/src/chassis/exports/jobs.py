"""Exports as they are kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.states import ExportState
from chassis.db.tables import list_export as table


async def add(connection: AsyncConnection, **values: Any) -> None:
    """A new one."""
    await connection.execute(insert(table).values(state=ExportState.WAITING, **values))


async def find(connection: AsyncConnection, export_id: UUID) -> Any:
    """One, or None."""
    return (await connection.execute(select(table).where(table.c.id == export_id))).one_or_none()


async def change(connection: AsyncConnection, export_id: UUID, **values: Any) -> None:
    """What is new about it."""
    await connection.execute(update(table).where(table.c.id == export_id).values(**values))


async def begin(connection: AsyncConnection, export_id: UUID) -> Any:
    """Its row, now running; None when it ended already, or there is none."""
    open_one = (table.c.id == export_id) & table.c.state.in_((ExportState.WAITING, ExportState.RUNNING))
    found = await connection.execute(
        update(table).where(open_one).values(state=ExportState.RUNNING, rows=0).returning(table)
    )
    return found.one_or_none()


async def expired(connection: AsyncConnection, now: datetime) -> list[Any]:
    """Those whose time is over and whose file is still there."""
    over = (table.c.state == ExportState.DONE) & (table.c.expires_at <= now)
    return list(await connection.execute(select(table.c.id, table.c.file).where(over)))

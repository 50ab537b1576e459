"""What is done by the clock about partners' programs: those that nobody uses, or whose time is up, are shut out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.pausing import pause
from chassis.store import Application, Context
from security.adapters.clients import client_use
from security.domain.client.aggregate import client
from security.domain.client.commands import DisableClient
from security.domain.client.events import Cause
from security.read_models.client_list import ClientStatus, client_list

log = structlog.get_logger(__name__)

IDLE: Final = timedelta(days=90)

_EVERY_S: Final = 24 * 3600.0


def forgotten_clients(application: Application) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that looks once a day, and once when the process starts."""

    async def client_review(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await disable_forgotten(application)
            await pause(stop, _EVERY_S)

    return client_review


async def disable_forgotten(application: Application) -> int:
    """Disable every active client that has ended or was not used for 90 days; how many there were.

    Two processes may look at once: disabling a client twice is nothing new.
    """
    ctx = Context.system("client-review", application.clock)
    async with application.db.read() as connection:
        found = await _forgotten(connection, ctx.occurred_at)
    for client_id, cause in found:
        await application.execute(client, client_id, DisableClient(cause=cause, within=None), ctx)
        log.warning("client_disabled", client_id=str(client_id), cause=cause)
    return len(found)


async def _forgotten(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, Cause]]:
    table = client_list.table
    seen = func.greatest(table.c.active_since, client_use.c.last_used_at)  # It ignores the null of one never used.
    statement = (
        select(table.c.client_id, table.c.expires_at, seen.label("seen"))
        .outerjoin(client_use, client_use.c.client_id == table.c.client_id)
        .where(table.c.status == ClientStatus.ACTIVE)
    )
    rows = (await connection.execute(statement)).all()
    ended: list[tuple[UUID, Cause]] = [(row.client_id, "expired") for row in rows if row.expires_at <= now]
    idle: list[tuple[UUID, Cause]] = [
        (row.client_id, "idle") for row in rows if row.expires_at > now and row.seen <= now - IDLE
    ]
    return [*ended, *idle]

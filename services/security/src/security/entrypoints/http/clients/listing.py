"""The list of clients, narrowed to those a manager may see."""

from typing import Any, get_args

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller
from chassis.http.listing import Field, ListSpec
from security.adapters.clients import last_used
from security.domain.client.events import Cause, RateTier
from security.entrypoints.http.reach import at_own_casinos
from security.read_models.client_list import ClientStatus, table

CLIENTS = ListSpec(
    "clients",
    table,
    casino_column=None,
    id_column=table.c.client_id,
    fields={
        "client_id": Field(table.c.client_id),
        "name": Field(table.c.name, sortable=True),
        "contact": Field(table.c.contact),
        "casinos": Field(table.c.casinos),
        "addresses": Field(table.c.addresses),
        "rate_tier": Field(table.c.rate_tier, values=get_args(RateTier)),
        "expires_at": Field(table.c.expires_at, sortable=True),
        "status": Field(table.c.status, values=ClientStatus),
        "disabled_for": Field(table.c.disabled_for, values=get_args(Cause)),
        "registered_at": Field(table.c.registered_at, sortable=True),
        "last_used_at": Field(None, kind="timestamp"),
    },
    default_order="registered_at.desc",
)


def clients_within(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over clients to those at the caller's casinos alone."""
    return at_own_casinos(caller, table.c.casinos)


async def with_last_use(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with when each client was last seen."""
    moments = await last_used(connection, [row["client_id"] for row in rows])
    return [{**row, "last_used_at": moments.get(row["client_id"])} for row in rows]

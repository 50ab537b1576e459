"""The list of casinos' accounts with suppliers."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http.listing import Field, ListSpec
from games.adapters.tables import supplier_setting as table

SUPPLIERS = ListSpec(
    "suppliers",
    table,
    casino_column=table.c.casino_id,
    tie_columns=[table.c.casino_id],
    id_column=table.c.supplier,
    fields={
        "casino_id": Field(table.c.casino_id),
        "supplier": Field(table.c.supplier, sortable=True),
        "enabled": Field(table.c.enabled),
        "settings": Field(table.c.settings),
        "secrets": Field(None, kind="opaque"),
        "sealed": Field(table.c.secrets, hidden=True),
        "updated_at": Field(table.c.updated_at, sortable=True),
        "catalogue_synced_at": Field(table.c.catalogue_synced_at),
        "catalogue_error": Field(table.c.catalogue_error),
    },
    default_order="supplier",
)


async def told_of_secrets(_: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, with the word `set` for each secret there is."""
    return [{**row, "secrets": dict.fromkeys(sorted(row["sealed"]), "set")} for row in rows]

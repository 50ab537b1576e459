"""The list of players."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.adapters.masks import MASKS
from backoffice.read_models.player_list import table
from chassis.http.listing import Field, ListSpec
from chassis.privacy import SubjectVault

SHOWN = ("email", "first_name", "last_name")

PLAYERS = ListSpec(
    "players",
    table,
    casino_column=table.c.casino_id,
    id_column=table.c.player_id,
    fields={
        "player_id": Field(table.c.player_id),
        "casino_id": Field(table.c.casino_id),
        "status": Field(table.c.status),
        "country": Field(table.c.country),
        "currency": Field(table.c.currency),
        "registered_at": Field(table.c.registered_at, sortable=True),
        "tags": Field(table.c.tags),
        "excluded_until": Field(table.c.excluded_until, data_class="rg"),
        "test_account": Field(table.c.test_account),
        "sealed": Field(table.c.sealed, ops=(), data_class="pii_basic"),
    },
    default_order="registered_at.desc",
)


def masking(vault: SubjectVault, names: tuple[str, ...] = SHOWN) -> Any:
    """Completes rows with masked personal data: opened for a moment, masked, and the ciphertext dropped."""

    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        wanted = [(row["player_id"], row["sealed"][name]) for row in rows for name in names if name in row["sealed"]]
        opened = iter(await vault.decrypt_all(connection, wanted))
        finished = []
        for row in rows:
            sealed = row.pop("sealed")
            clear = {name: next(opened) for name in names if name in sealed}
            masked = {name: MASKS[name](value) if value is not None else None for name, value in clear.items()}
            finished.append({**row, **masked})
        return finished

    return finish

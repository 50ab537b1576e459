"""The list of players."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.adapters.masks import MASKS
from backoffice.read_models.player_list import PlayerStatus, table
from chassis.auth import Caller
from chassis.http.listing import Field, ListSpec, masked
from chassis.privacy import SubjectVault
from contracts.backoffice.permissions import BackofficePermission as P

SHOWN = ("email", "first_name", "last_name")
EVERYTHING = tuple(MASKS)


def _personal(name: str) -> Field:
    """What is opened for each row and filtered by nobody; players are found by it through the search that records."""
    return Field(None, data_class="pii_sensitive" if name == "date_of_birth" else "pii_basic", mask=MASKS[name])


PLAYERS = ListSpec(
    "players",
    table,
    casino_column=table.c.casino_id,
    id_column=table.c.player_id,
    fields={
        "player_id": Field(table.c.player_id),
        "casino_id": Field(table.c.casino_id),
        "status": Field(table.c.status, values=PlayerStatus, sortable=True),
        "country": Field(table.c.country, sortable=True),
        "currency": Field(table.c.currency, sortable=True),
        "registered_at": Field(table.c.registered_at, sortable=True),
        "tags": Field(table.c.tags, kind="texts", staff_only=True),
        "excluded_until": Field(table.c.excluded_until, data_class="rg"),
        "test_account": Field(table.c.test_account),
        "email": _personal("email"),
        "first_name": _personal("first_name"),
        "last_name": _personal("last_name"),
        "sealed": Field(table.c.sealed, hidden=True),
    },
    default_order="registered_at.desc",
    large=True,
    heavy=P.LIST_HEAVY,
)

PAGE = {
    **PLAYERS.fields,
    **{name: _personal(name) for name in EVERYTHING},
    "limits": Field(table.c.limits, data_class="rg"),
    "terms_version": Field(table.c.terms_version),
}
"""What is known of a player on his page, beyond what the list shows."""


def opening(vault: SubjectVault, names: tuple[str, ...] = SHOWN) -> Any:
    """Completes rows with personal data, opened for a moment; the list puts on the masks, and drops the ciphertext."""

    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        wanted = [(row["player_id"], row["sealed"][name]) for row in rows for name in names if name in row["sealed"]]
        opened = iter(await vault.decrypt_all(connection, wanted))
        return [{**row, **{name: next(opened) if name in row["sealed"] else None for name in names}} for row in rows]

    return finish


def masking(vault: SubjectVault, caller: Caller, key: bytes, names: tuple[str, ...] = SHOWN) -> Any:
    """The same with the masks put on, for rows that are no list; of what is not the caller's to know, null."""
    opened = opening(vault, names)

    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        finished = []
        for row in await opened(connection, rows):
            row.pop("sealed")
            shown = masked(row, {name: PAGE[name] for name in names}, caller, row["casino_id"], key)
            finished.append({**row, **{name: shown.get(name) for name in names}})
        return finished

    return finish

"""Personal data in clear: for its owner, for a colleague with a reason, for a service that must know."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.adapters.masks import MASKS
from backoffice.entrypoints.http.players.schemas import PersonalData, PlayerView
from chassis.privacy import SubjectVault


async def reveal(connection: AsyncConnection, vault: SubjectVault, row: Any) -> PersonalData:
    """Everything that is known of the person; nothing but the country once it was erased."""
    known = {"player_id": row.player_id, "country": row.country, **await opened(connection, vault, row)}
    return PersonalData.model_validate(known)


async def view(connection: AsyncConnection, vault: SubjectVault, row: Any, *, clear: bool) -> PlayerView:
    """The player's page: masked, unless the reader is the player."""
    personal = await opened(connection, vault, row)
    shown = {name: value if clear else MASKS[name](value) for name, value in personal.items()}
    known = {name: getattr(row, name) for name in PlayerView.model_fields if name in row._mapping}  # noqa: SLF001
    return PlayerView(**{**known, **shown})


async def opened(connection: AsyncConnection, vault: SubjectVault, row: Any) -> dict[str, str]:
    """Personal data in clear, by name; empty once it was erased."""
    names = list(row.sealed)
    values = await vault.decrypt_all(connection, [(row.player_id, row.sealed[name]) for name in names])
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


async def mine(
    connection: AsyncConnection, vault: SubjectVault, player_id: UUID, sealed: list[str]
) -> list[str | None]:
    """Several texts about one player, opened together."""
    return await vault.decrypt_all(connection, [(player_id, one) for one in sealed])

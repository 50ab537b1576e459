"""Personal data in clear: for its owner, for a colleague with a reason, for a service that must know."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.entrypoints.http.players.listing import EVERYTHING, PAGE
from backoffice.entrypoints.http.players.schemas import PersonalData, PlayerView
from chassis.auth import Caller
from chassis.http.listing import masked
from chassis.privacy import SubjectVault


async def reveal(connection: AsyncConnection, vault: SubjectVault, row: Any) -> PersonalData:
    """Everything that is known of the person; nothing but the country once it was erased."""
    known = {"player_id": row.player_id, "country": row.country, **await opened(connection, vault, row)}
    return PersonalData.model_validate(known)


async def view(connection: AsyncConnection, vault: SubjectVault, row: Any, caller: Caller, key: bytes) -> PlayerView:
    """The player's page as the list would show it: masked, and without what is not the caller's to know."""
    personal: dict[str, Any] = {**dict.fromkeys(EVERYTHING), **await opened(connection, vault, row)}
    return PlayerView(**masked({**row._mapping, **personal}, PAGE, caller, row.casino_id, key))  # noqa: SLF001


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

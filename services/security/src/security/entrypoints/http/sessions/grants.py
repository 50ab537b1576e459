"""What a member of staff may do, put together from roles and assignments for a token."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from security.adapters import catalogue
from security.domain.grants import EVERY, held_at, places
from security.entrypoints.access import held_by


async def grants_of(connection: AsyncConnection, staff_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """The `grants` claim: what is held for the whole operator, and what at single casinos. What is held everywhere but
    somewhere is told for the casinos that roles name; a claim has no word for the others.
    """
    held, known = await held_by(connection, staff_id, now), await catalogue.load(connection)
    if not held:
        return []
    at = {casino: held_at(held, casino, known) for casino in places(held)}
    everywhere = frozenset.intersection(*at.values())
    claims = [([EVERY], everywhere), *(([one], names - everywhere) for one, names in at.items() if one != EVERY)]
    return [{"casinos": casinos, "permissions": sorted(names)} for casinos, names in claims if names]

"""What a member of staff may do, put together from roles and assignments for a token."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from security.adapters.catalogue import known
from security.domain.role.aggregate import matching
from security.read_models.assignment_list import assignment_list
from security.read_models.role_list import role_list


async def grants_of(connection: AsyncConnection, staff_id: UUID) -> list[dict[str, Any]]:
    """The `grants` claim: per set of casinos, the permissions held there."""
    statement = (
        select(assignment_list.table.c.casinos, role_list.table.c.permissions)
        .join(role_list.table, role_list.table.c.role_id == assignment_list.table.c.role_id)
        .where(assignment_list.table.c.staff_id == staff_id)
    )
    catalogue = await known(connection)
    by_casinos: dict[tuple[str, ...], set[str]] = {}
    for casinos, permissions in await connection.execute(statement):
        held = by_casinos.setdefault(tuple(casinos), set())
        for pattern in permissions:
            held |= matching(pattern, catalogue)
    return [{"casinos": list(casinos), "permissions": sorted(held)} for casinos, held in by_casinos.items()]

"""How far a manager reaches: whoever manages some casinos gives, takes and sees access to those and no others."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Forbidden
from chassis.auth.caller import EVERY_CASINO
from chassis.domain import Invalid
from chassis.store import CasinoScope
from security.domain.role.aggregate import EVERY_PERMISSION, beyond
from security.domain.staff.errors import BeyondOwnAccess, StaffMemberUnknown
from security.read_models.assignment_list import assignment_list
from security.read_models.role_list import role_list
from security.read_models.staff_list import staff_list


def require_whole_operator(caller: Caller) -> None:
    """Forbidden for a manager of some casinos: a role is one thing for all of them."""
    if not caller.scope().unlimited:
        raise Forbidden


def casinos_of(caller: Caller) -> frozenset[str] | None:
    """The casinos whose access is the caller's to manage; None: the whole operator's."""
    ids = caller.scope().ids
    return None if ids is None else frozenset(map(str, ids))


def require_own_casinos(caller: Caller, casinos: tuple[str, ...]) -> None:
    """Invalid when access is given to a casino that is not the caller's."""
    within = casinos_of(caller)
    if within is not None and not within.issuperset(casinos):
        raise Invalid("You may give access to your own casinos only.", field="casinos")


async def require_held(
    connection: AsyncConnection,
    caller: Caller,
    permissions: Iterable[str],
    casinos: Iterable[str],
    *,
    field: str | None = "role_id",
) -> None:
    """BeyondOwnAccess when a permission or pattern is given that the giver does not hold at each of the casinos."""
    wanted = tuple(permissions)
    for casino in casinos:
        missing = beyond(wanted, await held_at(connection, caller, casino))
        if missing:
            raise BeyondOwnAccess(f"You do not hold {', '.join(missing[:5])} there yourself.", field=field)


async def require_as_much(connection: AsyncConnection, caller: Caller, staff_id: UUID) -> None:
    """BeyondOwnAccess when a colleague may do what the caller may not: who sees his password could come in as him."""
    statement = (
        select(assignment_list.table.c.casinos, role_list.table.c.permissions)
        .join(role_list.table, role_list.table.c.role_id == assignment_list.table.c.role_id)
        .where(assignment_list.table.c.staff_id == staff_id)
    )
    for casinos, permissions in (await connection.execute(statement)).all():
        await require_held(connection, caller, permissions, casinos, field=None)


async def held_at(connection: AsyncConnection, caller: Caller, casino: str) -> frozenset[str]:
    """What the caller holds at a casino (`*`: for the whole operator): permissions by the token, patterns by the roles.

    A token has no patterns: it tells what they stand for today.
    """
    scopes = [(grant.scope, grant.permissions) for grant in caller.grants]
    exact = {one for scope, held in scopes if _reaches(scope, casino) for one in held}
    statement = (
        select(assignment_list.table.c.casinos, role_list.table.c.permissions)
        .join(role_list.table, role_list.table.c.role_id == assignment_list.table.c.role_id)
        .where(assignment_list.table.c.staff_id == caller.id)
    )
    for casinos, permissions in await connection.execute(statement):
        if EVERY_CASINO in casinos or casino in casinos:
            exact.update(one for one in permissions if one.endswith(EVERY_PERMISSION))
    return frozenset(exact)


def _reaches(scope: CasinoScope, casino: str) -> bool:
    return scope.unlimited if casino == EVERY_CASINO else scope.allows(UUID(casino))


def assignments_within(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over assignments to those at the caller's casinos alone."""
    within, column = casinos_of(caller), assignment_list.table.c.casinos
    if within is None:
        return []
    own: Any = cast(sorted(within), JSONB)
    return [column.contained_by(own)]


async def require_colleague(connection: AsyncConnection, caller: Caller, staff_id: UUID) -> None:
    """Whoever manages some casinos manages those who work at these alone.

    Raises:
        StaffMemberUnknown: nobody has this id, or nobody who works there: another answer would tell that there is one.
        BeyondOwnAccess: the colleague works elsewhere too.
    """
    exists = select(staff_list.table.c.staff_id).where(staff_list.table.c.staff_id == staff_id)
    if (await connection.execute(exists)).one_or_none() is None:
        raise StaffMemberUnknown
    within = casinos_of(caller)
    if within is None:
        return
    statement = select(assignment_list.table.c.casinos).where(assignment_list.table.c.staff_id == staff_id)
    inside = [within.issuperset(casinos) for casinos in (await connection.execute(statement)).scalars()]
    if not any(inside):
        raise StaffMemberUnknown
    if not all(inside):
        raise BeyondOwnAccess

"""How far a manager reaches: whoever manages some casinos gives, takes and sees access to those and no others."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Forbidden
from chassis.domain import Invalid
from chassis.store import UnitOfWork
from security.adapters import catalogue
from security.application.policy import grants_of
from security.domain.grants import Catalogue, Line, beyond, lines, undenied
from security.domain.staff.errors import BeyondOwnAccess, StaffMemberUnknown
from security.entrypoints.access import held_by, held_now_or_later
from security.read_models.assignment_list import assignment_list
from security.read_models.client_assignments import client_assignments
from security.read_models.role_list import role_list
from security.read_models.staff_list import staff_list


def require_whole_operator(caller: Caller) -> None:
    """Forbidden for a manager of some casinos: a role is one thing for all of them."""
    caller.must_everywhere()


def casinos_of(caller: Caller) -> frozenset[str] | None:
    """The casinos whose access is the caller's to manage; None: the whole operator's.

    Raises:
        Forbidden: it is all casinos but some. Access for the whole operator is not his to give, and others he would
            have to name; whoever manages access is given casinos that can be named.
    """
    scope = caller.scope()
    if scope.unlimited:
        return None
    if scope.ids is None:
        caller.must_everywhere()  # Which is a refusal that leaves a trace.
        raise Forbidden
    return frozenset(map(str, scope.ids))


def require_own_casinos(caller: Caller, casinos: tuple[str, ...]) -> None:
    """Invalid when access is given to a casino that is not the caller's."""
    within = casinos_of(caller)
    if within is not None and not within.issuperset(casinos):
        raise Invalid("You may give access to your own casinos only.", field="casinos")


def require_one_place(caller: Caller, casinos: tuple[str, ...]) -> None:
    """Invalid when a manager of some casinos proposes for several at once: who may approve is asked for one of them,
    or for the whole operator.
    """
    if casinos_of(caller) is not None and len(casinos) > 1:
        raise Invalid("It takes a second person: propose it for each casino by itself.", field="casinos")


async def require_held(
    uow: UnitOfWork, by: UUID, given: Sequence[Line], known: Catalogue, *, field: str | None = "role_id"
) -> None:
    """BeyondOwnAccess when more is given than the giver holds: at a casino, for as long, up to an amount, in sight."""
    own = await held_by(uow.connection, by, uow.ctx.occurred_at)
    missing = beyond(given, known, own)
    if missing:
        raise BeyondOwnAccess(f"You do not hold {', '.join(missing[:5])} there yourself.", field=field)


async def require_undenied(uow: UnitOfWork, by: UUID, denied: Sequence[Line]) -> None:
    """BeyondOwnAccess when lines are taken away whose denials kept somebody from what `by` does not hold."""
    known = await catalogue.load(uow.connection)
    await require_held(uow, by, undenied(denied, [], known), known, field=None)


async def require_as_much(uow: UnitOfWork, caller: Caller, staff_id: UUID) -> None:
    """BeyondOwnAccess when a colleague may do what the caller may not: who sees his password could come in as him."""
    theirs = await held_now_or_later(uow.connection, staff_id, uow.ctx.occurred_at)
    await require_held(uow, caller.id, theirs, await catalogue.load(uow.connection), field=None)


async def require_as_much_as_program(uow: UnitOfWork, caller: Caller, client_id: UUID) -> None:
    """BeyondOwnAccess when a program may do what the caller may not: who gives it a key could come in as it."""
    table = client_assignments.table
    statement = (
        select(table.c.casinos, role_list.table.c.grants)
        .join(role_list.table, role_list.table.c.role_id == table.c.role_id)
        .where(table.c.client_id == client_id)
    )
    held = [lines(grants_of(row), tuple(row.casinos)) for row in await uow.connection.execute(statement)]
    known = await catalogue.load(uow.connection)
    await require_held(uow, caller.id, [line for one in held for line in one], known, field=None)


def at_own_casinos(caller: Caller, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Narrows a query to what is at the caller's casinos alone; `column` has the casinos of a row."""
    within = casinos_of(caller)
    if within is None:
        return []
    own: Any = cast(sorted(within), JSONB)
    return [column.contained_by(own)]


def assignments_within(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over assignments to those at the caller's casinos alone."""
    return at_own_casinos(caller, assignment_list.table.c.casinos)


def colleague_ids(caller: Caller, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Narrows a query to what is about those who hold a role at the caller's casinos; `column` says about whom."""
    own, table = assignments_within(caller), assignment_list.table
    return [column.in_(select(table.c.staff_id).where(*own))] if own else []


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


def colleagues_of(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over the staff to those who hold a role at the caller's casinos alone."""
    own, table = assignments_within(caller), assignment_list.table
    return [staff_list.table.c.staff_id.in_(select(table.c.staff_id).where(*own))] if own else []

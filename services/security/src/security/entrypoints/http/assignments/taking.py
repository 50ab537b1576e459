"""A role is taken away from a member of staff; by two people, where it denies him something critical that he holds."""

from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from chassis.approvals import GuardedCommand, Subject
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.application.policy import grants_of
from security.domain.grants import lines
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import WithdrawRole
from security.domain.staff.errors import AssignmentUnknown
from security.entrypoints.access import gains
from security.entrypoints.http.reach import require_undenied
from security.entrypoints.http.sessions.schemas import Done
from security.entrypoints.second_person import giver, place, rule, size
from security.read_models.assignment_list import table
from security.read_models.role_list import role_list

TAKE_ROLE: Final = "security.take_role"

Within = frozenset[str] | None


class TakeRole(StrictModel):
    """Which assignment, of whom."""

    staff_id: UUID
    assignment_id: UUID


async def take(uow: UnitOfWork, by: UUID, row: Any, within: Within, approved_by: str | None = None) -> None:
    """Take a role away, as whoever does it.

    Args:
        row: the assignment, with the lines of the role.
        within: the casinos whose access is his to take away; None: all.

    Raises:
        AssignmentUnknown: it is not his to take.
        OwnAccess: it is his own.
        BeyondOwnAccess: it denies what he does not hold.
        SecondPersonNeeded: without it something critical is denied no more, and nobody else has said yes.
    """
    known = await catalogue.load(uow.connection)
    critical = await gains(uow, known, [row.staff_id], without=row.assignment_id)
    command = WithdrawRole(
        staff_id=row.staff_id,
        assignment_id=row.assignment_id,
        by=by,
        within=within,
        gained=tuple(critical),
        approved_by=approved_by,
    )
    await uow.decide(staff, row.staff_id, command)
    await require_undenied(uow, by, lines(grants_of(row), tuple(row.casinos)))


async def require_possible(uow: UnitOfWork, by: UUID, payload: TakeRole, within: Within) -> None:
    """Whether it could be taken away now, but for a second person; raises as `take` does."""
    command = WithdrawRole(staff_id=payload.staff_id, assignment_id=payload.assignment_id, by=by, within=within)
    staff.decide(command, (await uow.load(staff, payload.staff_id)).state)
    row = await held(uow, payload)
    await require_undenied(uow, by, lines(grants_of(row), tuple(row.casinos)))


async def held(uow: UnitOfWork, payload: TakeRole) -> Any:
    """The assignment with the role's lines; AssignmentUnknown when there is none."""
    statement = (
        select(table, role_list.table.c.grants, role_list.table.c.version)
        .join(role_list.table, role_list.table.c.role_id == table.c.role_id)
        .where(table.c.assignment_id == payload.assignment_id, table.c.staff_id == payload.staff_id)
    )
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None:
        raise AssignmentUnknown
    return row


async def describe(uow: UnitOfWork, payload: TakeRole) -> Subject:
    """What he could do without it. It must be as it was proposed when it is taken away."""
    row = await held(uow, payload)
    critical = await gains(uow, await catalogue.load(uow.connection), [payload.staff_id], without=payload.assignment_id)
    return Subject(
        casino_id=place(tuple(row.casinos), critical),
        kind="staff",
        id=str(payload.staff_id),
        summary=f"Take away the role {row.role_name}, which denies something critical",
        before={"role": row.role_name, "version": row.version, "casinos": list(row.casinos)},
        after={"critical": critical},
        version=" ".join([str(payload.assignment_id), *critical]),
        beneficiary=payload.staff_id,
        size=size(critical),
    )


async def execute(uow: UnitOfWork, payload: TakeRole) -> BaseModel:
    """Take it away, by all the rules as they are now."""
    await take(uow, giver(uow.ctx), await held(uow, payload), None, uow.ctx.authorised_by)
    return Done()


TAKING = GuardedCommand(name=TAKE_ROLE, rule=rule(P.ROLE_ASSIGN), payload=TakeRole, describe=describe, execute=execute)

"""Members of staff: added with a one-time password, shown, disabled."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import ColumnElement, false, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires
from chassis.domain import NotFound, uuid7
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import credentials, sessions
from security.application.passwords import one_time_password
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import AddStaffMember, DisableStaffMember
from security.domain.staff.errors import StaffMemberExists
from security.entrypoints.http.reach import assignments_within, casinos_of, colleagues_of
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.sessions.schemas import Done
from security.entrypoints.http.staff.first_passwords import shown_once
from security.entrypoints.http.staff.listing import STAFF
from security.entrypoints.http.staff.schemas import (
    AddStaff,
    Assignment,
    Disable,
    StaffAdded,
    StaffItem,
    StaffMember,
)
from security.read_models.assignment_list import assignment_list
from security.read_models.staff_list import staff_list

router = APIRouter(prefix="/api/security/v1/staff", tags=["staff"])


@router.post("", status_code=201, response_model=StaffAdded)
async def add_staff(
    caller: Annotated[Caller, Requires(P.STAFF_CREATE)], body: AddStaff, door: Door, once: Once
) -> Response:
    """Add a colleague. The first answer, and only that, holds a one-time password to be changed at the first log-in."""
    staff_id, password, login = uuid7(), one_time_password(), body.login.lower()
    hashed = await door.passwords.hash(password)

    async def work(uow: UnitOfWork) -> StaffAdded:
        until = uow.ctx.occurred_at + door.policy.one_time_password
        if not await credentials.add_staff(uow, staff_id, login, hashed, usable_until=until):
            raise StaffMemberExists(f"Somebody has the log-in {login} already.", field="login")
        await uow.decide(staff, staff_id, AddStaffMember(login=login, name=body.name, contractor=body.contractor))
        return StaffAdded(staff_id=staff_id, login=login, usable_until=until)

    return shown_once(await once(caller, work), StaffAdded, password)


_LISTED = Requires(P.STAFF_LIST)


async def colleagues(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees who holds a role there."""
    return colleagues_of(caller)


serve_list(router, "", STAFF, _LISTED, item=StaffItem, export=P.STAFF_EXPORT, narrow=colleagues, summary="The staff.")


@router.get("/{staff_id}")
async def show_staff(caller: Annotated[Caller, Requires(P.STAFF_LIST)], staff_id: UUID, db: Db) -> StaffMember:
    """A colleague with the roles they hold at the caller's casinos."""
    async with db.read() as connection:
        return await _member(connection, caller, staff_id)


@router.post("/{staff_id}/disable")
async def disable_staff(
    caller: Annotated[Caller, Requires(P.STAFF_DISABLE)], staff_id: UUID, body: Disable, once: Once
) -> Response:
    """End a colleague's access: no log-in any more, every session over. A manager of some casinos ends that of
    colleagues who work at those alone.
    """
    command = DisableStaffMember(staff_id=staff_id, by=caller.id, within=casinos_of(caller))

    async def work(uow: UnitOfWork) -> Done:
        await uow.decide(staff, staff_id, command)
        await credentials.disable(uow, staff_id)
        await sessions.end_sessions(uow, staff_id, "disabled")
        return Done()

    return await once(caller, work, status=200, reason=body.reason)


_UNSAID: Final = {"reason": None, "override": None}
"""Why somebody holds a role is for whoever lists that; that he does is for whoever sees the staff."""


async def _member(connection: AsyncConnection, caller: Caller, staff_id: UUID) -> StaffMember:
    statement = select(staff_list.table).where(staff_list.table.c.staff_id == staff_id, *colleagues_of(caller))
    person = (await connection.execute(statement)).one_or_none()
    if person is None:
        raise NotFound
    roles = assignment_list.table
    theirs = (
        select(roles).where(roles.c.staff_id == staff_id, *assignments_within(caller)).order_by(roles.c.assigned_at)
    )
    held = [Assignment.model_validate(one, from_attributes=True) for one in await connection.execute(theirs)]
    lists = not caller.scope(P.ASSIGNMENT_LIST).empty
    listing = assignments_within(caller.let_in_by(P.ASSIGNMENT_LIST)) if lists else [false()]
    listed = set((await connection.execute(theirs.where(*listing).with_only_columns(roles.c.assignment_id))).scalars())
    return StaffMember(
        **person._mapping,  # noqa: SLF001 - SQLAlchemy's public name begins like this
        assignments=[one if one.assignment_id in listed else one.model_copy(update=_UNSAID) for one in held],
    )

"""Roles: defined, changed, listed."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from chassis.auth import Caller, Requires
from chassis.auth.caller import EVERY_CASINO
from chassis.domain import uuid7
from chassis.http import App, Db, Once
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters.catalogue import known
from security.domain.role.aggregate import role
from security.domain.role.commands import ChangePermissions, DefineRole
from security.domain.role.errors import RoleExists
from security.domain.staff.errors import OwnAccess
from security.entrypoints.http.reach import held_at, require_whole_operator
from security.entrypoints.http.roles.schemas import ChangePermissionsBody, DefineRoleBody, RoleDefinedReply, RoleView
from security.entrypoints.http.sessions.schemas import Done
from security.read_models.assignment_list import assignment_list
from security.read_models.role_list import role_list

router = APIRouter(prefix="/api/security/v1/roles", tags=["roles"])


@router.post("", status_code=201, response_model=RoleDefinedReply)
async def define_role(caller: Annotated[Caller, Requires(P.ROLE_DEFINE)], body: DefineRoleBody, once: Once) -> Response:
    """Define a role, which is one for all casinos. A permission that no service declares is refused, and so is one that
    whoever defines the role does not hold for the whole operator; a pattern is given by whoever holds one as wide.
    """
    require_whole_operator(caller)
    role_id = uuid7()

    async def work(uow: UnitOfWork) -> RoleDefinedReply:
        catalogue = await known(uow.connection)
        held = await held_at(uow.connection, caller, EVERY_CASINO)
        command = DefineRole(name=body.name, permissions=frozenset(body.permissions), known=catalogue, held=held)
        try:
            await uow.decide(role, role_id, command)
        except asyncpg.UniqueViolationError:
            raise RoleExists(f"There is a role named {body.name} already.", field="name") from None
        return RoleDefinedReply(role_id=role_id)

    return await once(caller, work)


@router.get("", dependencies=[Requires(P.ROLE_LIST)])
async def list_roles(db: Db) -> list[RoleView]:
    """All roles by name. There are tens of them, so there are no pages."""
    async with db.read() as connection:
        rows = await connection.execute(select(role_list.table).order_by(role_list.table.c.name))
        return [RoleView.model_validate(row, from_attributes=True) for row in rows]


@router.put("/{role_id}/permissions")
async def change_permissions(
    caller: Annotated[Caller, Requires(P.ROLE_DEFINE)],
    role_id: UUID,
    body: ChangePermissionsBody,
    request: Request,
    app: App,
) -> Done:
    """Replace what a role allows. Whoever holds the role asks a colleague to do it. What is added must be held, for
    the whole operator, by whoever adds it: everybody with the role has it from then on.
    """
    require_whole_operator(caller)

    async def work(uow: UnitOfWork) -> None:
        table = assignment_list.table
        own = select(table.c.assignment_id).where(table.c.staff_id == caller.id, table.c.role_id == role_id)
        if (await uow.connection.execute(own)).first() is not None:
            raise OwnAccess
        catalogue = await known(uow.connection)
        held = await held_at(uow.connection, caller, EVERY_CASINO)
        command = ChangePermissions(permissions=frozenset(body.permissions), known=catalogue, held=held)
        await uow.decide(role, role_id, command)

    await app.transact(work, caller.context(request, reason=body.reason))
    return Done()

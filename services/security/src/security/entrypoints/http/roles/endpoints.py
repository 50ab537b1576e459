"""Roles: defined, shown, listed, retired."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Response
from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import App, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.domain.role.aggregate import Defined, role
from security.domain.role.commands import DefineRole, RetireRole
from security.domain.role.errors import RoleExists
from security.entrypoints.access import held_by, role_with_versions
from security.entrypoints.http.reach import require_whole_operator
from security.entrypoints.http.roles.guarded import locked
from security.entrypoints.http.roles.listing import ROLES
from security.entrypoints.http.roles.schemas import DefineRoleBody, RetireBody, RoleDefinedReply, RoleItem, RoleView
from security.entrypoints.http.roles.views import role_view, unlimited_in, warnings
from security.entrypoints.http.sessions.schemas import Done
from security.read_models.assignment_list import assignment_list
from security.read_models.client_assignments import client_assignments

router = APIRouter(prefix="/api/security/v1/roles", tags=["roles"])


@router.post("", status_code=201, response_model=RoleDefinedReply)
async def define_role(caller: Annotated[Caller, Requires(P.ROLE_DEFINE)], body: DefineRoleBody, once: Once) -> Response:
    """Define a role, which is one for all casinos; what is sent is its first version. A permission that no service
    declares is refused, and so is one that whoever defines the role does not hold for the whole operator.
    """
    require_whole_operator(caller)
    role_id = uuid7()

    async def work(uow: UnitOfWork) -> RoleDefinedReply:
        known = await catalogue.load(uow.connection)
        command = DefineRole(
            name=body.name,
            grants=body.given(),
            catalogue=known,
            own=await held_by(uow.connection, caller.id, uow.ctx.occurred_at),
            description=body.description,
            owner=body.owner,
            review_by=body.review_by,
        )
        try:
            defined = (await uow.decide(role, role_id, command)).state
        except asyncpg.UniqueViolationError:
            raise RoleExists(f"There is a role named {body.name} already.", field="name") from None
        assert isinstance(defined, Defined)
        return RoleDefinedReply(role_id=role_id, unlimited=unlimited_in(defined.current.grants, known))

    return await once(caller, work)


serve_list(
    router,
    "",
    ROLES,
    Requires(P.ROLE_LIST),
    item=RoleItem,
    export=P.ROLE_EXPORT,
    finish=lambda request, _: partial(_with_warnings, now=request.app.state.application.clock.now()),
    summary="All roles by name, with a warning where one names what no service declares any more or nobody looked at "
    "one in time.",
)


@router.get("/{role_id}", dependencies=[Requires(P.ROLE_LIST)])
async def show_role(role_id: UUID, app: App) -> RoleView:
    """A role: the version that holds with what it stands for, and the draft of the next one."""
    async with app.db.read() as connection:
        known = await catalogue.load(connection)
        return role_view(role_id, await role_with_versions(app, connection, role_id), known)


@router.post("/{role_id}/retire")
async def retire_role(
    caller: Annotated[Caller, Requires(P.ROLE_DEFINE)], role_id: UUID, body: RetireBody, once: Once
) -> Response:
    """Give the role to nobody any more. Whoever holds it loses it before."""
    require_whole_operator(caller)

    async def work(uow: UnitOfWork) -> Done:
        await locked(uow, role_id)
        people, programs = assignment_list.table, client_assignments.table
        held = union_all(
            select(people.c.assignment_id).where(people.c.role_id == role_id),
            select(programs.c.assignment_id).where(programs.c.role_id == role_id),
        )
        await uow.decide(role, role_id, RetireRole(held=(await uow.connection.execute(held)).first() is not None))
        return Done()

    return await once(caller, work, status=200, reason=body.reason)


async def _with_warnings(
    connection: AsyncConnection, rows: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    known = await catalogue.load(connection)
    return [
        {**row, "warnings": warnings(row["permissions"], known), "review_overdue": _overdue(row["review_by"], now)}
        for row in rows
    ]


def _overdue(review_by: date | None, now: datetime) -> bool:
    return review_by is not None and review_by < now.date()

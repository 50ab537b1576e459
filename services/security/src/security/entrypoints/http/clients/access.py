"""What a client proves itself with and what it may do: keys that overlap while one replaces the other, and roles."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from chassis.approvals import Proposing
from chassis.auth import Caller, Requires
from chassis.http import App, Once
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.application.client_keys import key_of
from security.application.policy import grants_of
from security.domain.client.aggregate import client
from security.domain.client.commands import AddKey, RetireKey, WithdrawClientRole
from security.domain.client.errors import ClientKeyTaken
from security.domain.grants import lines
from security.entrypoints.http.assignments.giving import casinos_named
from security.entrypoints.http.clients.guarded import GIVE_CLIENT_ROLE, GiveClientRole, describe, require_possible
from security.entrypoints.http.clients.schemas import AddKeyBody, AssignBody, AssignedReply, KeyAdded
from security.entrypoints.http.reach import (
    casinos_of,
    require_as_much_as_program,
    require_one_place,
    require_own_casinos,
    require_undenied,
)
from security.entrypoints.http.sessions.schemas import Done
from security.entrypoints.second_person import ALSO_PROPOSED, size
from security.read_models.client_assignments import client_assignments
from security.read_models.role_list import role_list

router = APIRouter(prefix="/api/security/v1/clients/{client_id}", tags=["clients"])


@router.post("/keys", status_code=201, response_model=KeyAdded)
async def add_key(
    caller: Annotated[Caller, Requires(P.CLIENT_MANAGE)], client_id: UUID, body: AddKeyBody, once: Once
) -> Response:
    """Give a program a second key; who does may do all that it may. Both are good until the old one is retired."""
    key = key_of(body.jwk)

    async def work(uow: UnitOfWork) -> KeyAdded:
        try:
            await uow.decide(client, client_id, AddKey(key=key, within=casinos_of(caller)))
        except asyncpg.UniqueViolationError:
            raise ClientKeyTaken("This key was given before.", field="jwk") from None
        await require_as_much_as_program(uow, caller, client_id)
        return KeyAdded(kid=key.kid, algorithm=key.algorithm, thumbprint=key.thumbprint)

    return await once(caller, work, reason=body.reason)


@router.delete("/keys/{kid}")
async def retire_key(
    caller: Annotated[Caller, Requires(P.CLIENT_MANAGE)], client_id: UUID, kid: str, request: Request, app: App
) -> Done:
    """Retire a key. It proves nothing from now on and never comes back."""
    command = RetireKey(kid=kid, within=casinos_of(caller))
    await app.execute(client, client_id, command, caller.context(request))
    return Done()


@router.post("/assignments", status_code=201, response_model=AssignedReply, responses=ALSO_PROPOSED)
async def assign_role_to_client(
    caller: Annotated[Caller, Requires(P.ROLE_ASSIGN, proposes=True)],
    client_id: UUID,
    body: AssignBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Give a program a role at some of its casinos. What of the role is not for programs counts for nothing, and nobody
    gives more than they hold. A role with a critical permission is given when a second person approves (202).
    """
    casinos = casinos_named(body.casinos)
    require_own_casinos(caller, casinos)
    payload = GiveClientRole(client_id=client_id, role_id=body.role_id, casinos=list(casinos))

    async def check(uow: UnitOfWork) -> None:
        await require_possible(uow, caller.id, payload, casinos_of(caller))
        if (await describe(uow, payload)).size != size(()):
            require_one_place(caller, casinos)

    return await proposing(caller, GIVE_CLIENT_ROLE, payload, reason=body.reason, once=once, check=check, done=201)


@router.delete("/assignments/{assignment_id}")
async def withdraw_role_from_client(
    caller: Annotated[Caller, Requires(P.ROLE_ASSIGN)],
    client_id: UUID,
    assignment_id: UUID,
    request: Request,
    app: App,
) -> Done:
    """Take a role from a program. What it denies is denied no more, so whoever takes it holds that himself."""
    command = WithdrawClientRole(assignment_id=assignment_id, within=casinos_of(caller))

    async def work(uow: UnitOfWork) -> None:
        table = client_assignments.table
        statement = (
            select(table.c.casinos, role_list.table.c.grants)
            .join(role_list.table, role_list.table.c.role_id == table.c.role_id)
            .where(table.c.assignment_id == assignment_id, table.c.client_id == client_id)
        )
        found = (await uow.connection.execute(statement)).one_or_none()
        await uow.decide(client, client_id, command)
        if found is not None:
            await require_undenied(uow, caller.id, lines(grants_of(found), tuple(found.casinos)))

    await app.transact(work, caller.context(request))
    return Done()

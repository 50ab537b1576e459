"""Partners' programs: registered with their public keys, given roles, disabled. No secret of theirs is ever here."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, select

from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import App, Db, Once
from chassis.http.listing import serve_list
from chassis.store import Application, Context, UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.application.client_keys import keys_of
from security.domain.client.aggregate import client
from security.domain.client.commands import DisableClient, EnableClient, RegisterClient, SetTerms, Terms
from security.domain.client.errors import ClientExists, ClientUnknown
from security.entrypoints.http.assignments.giving import casinos_named
from security.entrypoints.http.clients.listing import CLIENTS, clients_within, with_last_use
from security.entrypoints.http.clients.schemas import (
    ClientAssignment,
    ClientItem,
    ClientView,
    KeyView,
    Register,
    RegisteredReply,
    TermsBody,
    Why,
)
from security.entrypoints.http.reach import casinos_of, require_as_much_as_program, require_own_casinos
from security.entrypoints.http.sessions.schemas import Done
from security.read_models.client_assignments import client_assignments
from security.read_models.client_keys import client_keys
from security.read_models.client_list import client_list

router = APIRouter(prefix="/api/security/v1/clients", tags=["clients"])


@router.post("", status_code=201, response_model=RegisteredReply)
async def register_client(caller: Annotated[Caller, Requires(P.CLIENT_MANAGE)], body: Register, once: Once) -> Response:
    """Register a partner's program with one or two public keys. It may do nothing before it is given a role."""
    terms, keys, client_id = _terms(body), keys_of(body.keys), uuid7()
    require_own_casinos(caller, terms.casinos)

    async def work(uow: UnitOfWork) -> RegisteredReply:
        command = RegisterClient(name=body.name, terms=terms, keys=keys, now=uow.ctx.occurred_at)
        try:
            await uow.decide(client, client_id, command)
        except asyncpg.UniqueViolationError as error:
            raise refusal(error, body.name) from None
        return RegisteredReply(client_id=client_id)

    return await once(caller, work, reason=body.reason)


_LISTED = Requires(P.CLIENT_LIST)


async def within(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees the programs that work at these alone."""
    return clients_within(caller)


serve_list(
    router,
    "",
    CLIENTS,
    _LISTED,
    item=ClientItem,
    export=P.CLIENT_EXPORT,
    narrow=within,
    finish=lambda *_: with_last_use,
    summary="Partners' programs; a manager of some casinos sees those that work at these alone.",
)


@router.get("/{client_id}")
async def show_client(caller: Annotated[Caller, Requires(P.CLIENT_LIST)], client_id: UUID, db: Db) -> ClientView:
    """A program with its keys, those retired among them, and its roles."""
    table, keys, roles = client_list.table, client_keys.table, client_assignments.table
    async with db.read() as connection:
        found = await connection.execute(select(table).where(table.c.client_id == client_id, *clients_within(caller)))
        row = found.mappings().one_or_none()
        if row is None:
            raise ClientUnknown
        [shown] = await with_last_use(connection, [dict(row)])
        of_keys = await connection.execute(select(keys).where(keys.c.client_id == client_id).order_by(keys.c.added_at))
        held = await connection.execute(
            select(roles).where(roles.c.client_id == client_id).order_by(roles.c.assigned_at)
        )
        return ClientView(
            **shown,
            keys=[KeyView.model_validate(one, from_attributes=True) for one in of_keys],
            assignments=[ClientAssignment.model_validate(one, from_attributes=True) for one in held],
        )


@router.put("/{client_id}/terms")
async def set_terms(
    caller: Annotated[Caller, Requires(P.CLIENT_MANAGE)],
    client_id: UUID,
    body: TermsBody,
    request: Request,
    app: App,
) -> Done:
    """Replace the terms: casinos, addresses, contact, tier, end. Tokens made before keep theirs for minutes. It takes
    somebody who may do all that the program may.
    """
    ctx = caller.context(request, reason=body.reason)
    command = SetTerms(terms=_terms(body), now=ctx.occurred_at, within=casinos_of(caller))
    return await _as_its_equal(app, caller, client_id, command, ctx)


@router.post("/{client_id}/disable")
async def disable_client(
    caller: Annotated[Caller, Requires(P.CLIENT_DISABLE)], client_id: UUID, body: Why, request: Request, app: App
) -> Done:
    """Shut a program out: no token any more, and those it has are worth nothing as soon as the policy says so."""
    command = DisableClient(cause="staff", within=casinos_of(caller))
    await app.execute(client, client_id, command, caller.context(request, reason=body.reason))
    return Done()


@router.post("/{client_id}/enable")
async def enable_client(
    caller: Annotated[Caller, Requires(P.CLIENT_MANAGE)], client_id: UUID, body: Why, request: Request, app: App
) -> Done:
    """Let a program come in again, with the keys and roles it had. It takes somebody who may do all that it may."""
    ctx = caller.context(request, reason=body.reason)
    command = EnableClient(now=ctx.occurred_at, within=casinos_of(caller))
    return await _as_its_equal(app, caller, client_id, command, ctx)


async def _as_its_equal(
    app: Application, caller: Caller, client_id: UUID, command: SetTerms | EnableClient, ctx: Context
) -> Done:
    async def work(uow: UnitOfWork) -> Done:
        await uow.decide(client, client_id, command)
        await require_as_much_as_program(uow, caller, client_id)
        return Done()

    return await app.transact(work, ctx)


def refusal(error: asyncpg.UniqueViolationError, name: str) -> ClientExists:
    """What a name that is taken is answered with; a key that another client has is no less a client there already."""
    if "thumbprint" in (error.constraint_name or ""):
        return ClientExists("Another client has this key.", field="keys")
    return ClientExists(f"There is a client named {name} already.", field="name")


def _terms(body: TermsBody) -> Terms:
    return Terms(
        contact=body.contact,
        casinos=casinos_named(body.casinos),
        addresses=tuple(sorted(set(body.addresses))),
        rate_tier=body.rate_tier,
        expires_at=body.expires_at,
    )

"""A role is given to a partner's program; with a critical permission in it, by two people."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.approvals import GuardedCommand, Subject
from chassis.domain import uuid7
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.application.policy import grants_of
from security.domain.client.aggregate import client
from security.domain.client.commands import AssignClientRole, Within
from security.domain.grants import lines
from security.domain.second import critical_in
from security.entrypoints.access import role_to_give
from security.entrypoints.http.assignments.giving import casinos_named
from security.entrypoints.http.assignments.guarded import shown
from security.entrypoints.http.clients.schemas import AssignedReply
from security.entrypoints.http.reach import require_held
from security.entrypoints.second_person import giver, place, rule, size

GIVE_CLIENT_ROLE: Final = "security.give_client_role"


class GiveClientRole(StrictModel):
    """Which role, to which program, where."""

    client_id: UUID
    role_id: UUID
    casinos: Annotated[list[str], Field(min_length=1, max_length=500)]


async def describe(uow: UnitOfWork, payload: GiveClientRole) -> Subject:
    """What the program would hold."""
    found, casinos = await role_to_give(uow, payload.role_id), casinos_named(payload.casinos)
    critical = critical_in(lines(grants_of(found), casinos), await catalogue.load(uow.connection))
    return Subject(
        casino_id=place(casinos, critical),
        kind="client",
        id=str(payload.client_id),
        summary=f"Give the role {found.name} to a partner's program",
        after=shown(found, casinos, critical),
        version=f"{found.role_id}@{found.version}",
        size=size(critical),
    )


async def require_possible(uow: UnitOfWork, by: UUID, payload: GiveClientRole, within: Within) -> None:
    """Whether it could be given now, but for a second person; raises as giving it does."""
    command = await _command(uow, by, payload, within)
    client.decide(command, (await uow.load(client, payload.client_id)).state)


async def execute(uow: UnitOfWork, payload: GiveClientRole) -> BaseModel:
    """Give it, by all the rules as they are now."""
    by = giver(uow.ctx)
    command = await _command(uow, by, payload, None, seconded=True)
    await uow.decide(client, payload.client_id, command)
    return AssignedReply(assignment_id=command.assignment_id)


async def _command(
    uow: UnitOfWork, by: UUID, payload: GiveClientRole, within: Within, *, seconded: bool = False
) -> AssignClientRole:
    """`seconded`: a second person is asked for; otherwise it is only looked at whether it could be given."""
    found, casinos = await role_to_give(uow, payload.role_id), casinos_named(payload.casinos)
    given, known = lines(grants_of(found), casinos), await catalogue.load(uow.connection)
    await require_held(uow, by, given, known)
    return AssignClientRole(
        assignment_id=uuid7(),
        role_id=payload.role_id,
        role_name=found.name,
        casinos=casinos,
        within=within,
        critical=tuple(critical_in(given, known)) if seconded else (),
        by=by,
        approved_by=uow.ctx.authorised_by,
    )


GIVING_CLIENTS = GuardedCommand(
    name=GIVE_CLIENT_ROLE, rule=rule(P.ROLE_ASSIGN), payload=GiveClientRole, describe=describe, execute=execute
)

"""A new version of a role holds; what is critical and new in a role that people have takes two."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select

from chassis.approvals import GuardedCommand, Subject
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.application.policy import grants_of
from security.domain.grants import Grant
from security.domain.role.aggregate import Defined, checked, role
from security.domain.role.commands import PublishVersion
from security.domain.role.errors import NothingDrafted, RoleUnknown
from security.domain.second import newly_critical
from security.domain.staff.errors import OwnAccess
from security.entrypoints.access import gains, held_by
from security.entrypoints.http.roles.schemas import MOST_GRANTS, GrantBody, Owner, Text, VersionPublished
from security.entrypoints.http.roles.views import shown, unlimited_in
from security.entrypoints.second_person import giver, rule, size
from security.read_models.assignment_list import assignment_list
from security.read_models.client_assignments import client_assignments
from security.read_models.role_list import role_list

PUBLISH_VERSION: Final = "security.publish_version"
_V1: Final = "/api/security/v1"


class PublishRole(StrictModel):
    """The lines of the next version, and what is said about it."""

    role_id: UUID
    grants: Annotated[list[GrantBody], Field(min_length=1, max_length=MOST_GRANTS)] | None = None
    description: Text | None = None
    owner: Owner | None = None
    review_by: date | None = None

    def lines(self) -> tuple[Grant, ...]:
        """The lines; NothingDrafted when there are none."""
        if self.grants is None:
            raise NothingDrafted("There is no draft; send the lines.", field="grants")
        return tuple(one.grant() for one in self.grants)


async def describe(uow: UnitOfWork, payload: PublishRole) -> Subject:
    """What of the role would change, for everybody who holds it. Nobody is given it meanwhile."""
    row = await locked(uow, payload.role_id)
    holders = await _holders(uow, payload.role_id)
    held = row.break_glass or bool(holders) or await _held_by_programs(uow, payload.role_id)
    known, before = await catalogue.load(uow.connection), grants_of(row)
    after = checked(payload.lines(), known)
    gained = await gains(uow, known, holders, instead={payload.role_id: after})
    critical = sorted({*(newly_critical(before, after, known) if held else []), *gained})
    return Subject(
        casino_id=None,
        kind="role",
        id=str(payload.role_id),
        summary=f"Change the role {row.name}, which people hold",
        before={"version": row.version, "lines": _told(before)},
        after={
            "version": row.version + 1,
            "lines": _told(after),
            "critical": critical,
            "unlimited": unlimited_in(after, known),
        },
        version=" ".join([*critical, *map(str, holders)]),
        barred=tuple(holders),
        size=size(critical),
    )


async def require_possible(uow: UnitOfWork, by: UUID, payload: PublishRole) -> None:
    """Whether the version could be published now, but for a second person; raises as publishing it does."""
    command = await _command(uow, by, payload, held=False, gained=[])
    role.decide(command, (await uow.load(role, payload.role_id)).state)


async def execute(uow: UnitOfWork, payload: PublishRole) -> BaseModel:
    """Let it hold, by all the rules as they are now."""
    by, row = giver(uow.ctx), await locked(uow, payload.role_id)
    holders = await _holders(uow, payload.role_id)
    held = row.break_glass or bool(holders) or await _held_by_programs(uow, payload.role_id)
    known = await catalogue.load(uow.connection)
    gained = await gains(uow, known, holders, instead={payload.role_id: checked(payload.lines(), known)})
    command = await _command(uow, by, payload, held=held, gained=gained)
    outcome = await uow.decide(role, payload.role_id, command)
    assert isinstance(outcome.state, Defined)
    now = outcome.state.current
    return VersionPublished(role_id=payload.role_id, version=now.number, unlimited=unlimited_in(now.grants, known))


async def _command(uow: UnitOfWork, by: UUID, payload: PublishRole, *, held: bool, gained: list[str]) -> PublishVersion:
    if by in await _holders(uow, payload.role_id):
        raise OwnAccess
    return PublishVersion(
        grants=payload.lines(),
        catalogue=await catalogue.load(uow.connection),
        own=await held_by(uow.connection, by, uow.ctx.occurred_at),
        description=payload.description,
        owner=payload.owner,
        review_by=payload.review_by,
        held=held,
        gained=tuple(gained),
        by=by,
        approved_by=uow.ctx.authorised_by,
    )


async def locked(uow: UnitOfWork, role_id: UUID) -> Any:
    """The row of the role: whoever gives it waits until the version holds, and is looked at with it."""
    statement = select(role_list.table).where(role_list.table.c.role_id == role_id).with_for_update()
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None:
        raise RoleUnknown
    return row


async def _holders(uow: UnitOfWork, role_id: UUID) -> list[UUID]:
    """Everybody who has it, has it later, or had it until its time was over."""
    table = assignment_list.table
    statement = select(table.c.staff_id).where(table.c.role_id == role_id).distinct().order_by(table.c.staff_id)
    return list((await uow.connection.execute(statement)).scalars())


async def _held_by_programs(uow: UnitOfWork, role_id: UUID) -> bool:
    table = client_assignments.table
    return (
        await uow.connection.execute(select(table.c.client_id).where(table.c.role_id == role_id))
    ).first() is not None


def _told(grants: tuple[Grant, ...]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json", exclude_defaults=True) for one in shown(grants)]


PUBLISHING = GuardedCommand(
    name=PUBLISH_VERSION,
    rule=rule(P.ROLE_DEFINE),
    payload=PublishRole,
    describe=describe,
    execute=execute,
    beside=frozenset({f"POST {_V1}/roles", f"POST {_V1}/roles/{{role_id}}/retire"}),
)
"""A role that is new is held by nobody, and one that is retired gives nothing."""

"""A wish for more access is granted; with a critical permission in it, by two people beside the one who asked."""

from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from chassis.approvals import GuardedCommand, Subject
from chassis.http import Reason, StrictModel
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue, ties
from security.application.policy import grants_of
from security.domain.elevation import commands
from security.domain.elevation.aggregate import Given, elevation
from security.domain.elevation.errors import ElevationUnknown
from security.domain.grants import lines
from security.domain.second import critical_in
from security.entrypoints.access import role_to_give
from security.entrypoints.http.assignments.giving import Gift, give, require_possible
from security.entrypoints.http.assignments.guarded import shown
from security.entrypoints.http.elevations.schemas import ElevationItem
from security.entrypoints.second_person import giver, place, rule, size
from security.read_models.elevation_list import table

GRANT_ELEVATION: Final = "security.grant_elevation"


class GrantElevation(StrictModel):
    """Which wish."""

    elevation_id: UUID
    conflict_override: Reason | None = None


async def describe(uow: UnitOfWork, payload: GrantElevation) -> Subject:
    """What he would hold, for how long."""
    wish = await _wish(uow, payload.elevation_id)
    found, casinos = await role_to_give(uow, wish.role_id), tuple(wish.casinos)
    critical = critical_in(lines(grants_of(found), casinos), await catalogue.load(uow.connection))
    return Subject(
        casino_id=place(casinos, critical),
        kind="elevation",
        id=str(payload.elevation_id),
        summary=f"Give the role {found.name} for {wish.minutes} minutes",
        after={**shown(found, casinos, critical), "minutes": wish.minutes, "ticket": wish.ticket},
        version=f"{found.role_id}@{found.version} {wish.status}",
        beneficiary=wish.staff_id,
        size=size(critical),
    )


async def require_grantable(
    uow: UnitOfWork, by: UUID, payload: GrantElevation, within: frozenset[str] | None
) -> tuple[str, ...]:
    """Whether the wish could be granted now, but for a second person; its casinos. Raises as granting it does."""
    command = commands.ApproveElevation(by=by, now=uow.ctx.occurred_at, within=within)
    state = (await uow.load(elevation, payload.elevation_id)).state
    for event in elevation.decide(command, state):
        state = elevation.evolve(state, event)
    gift = _gift(payload, state, str(by))
    await ties.require_apart(uow, by, gift.staff_id)
    await require_possible(uow, by, gift)
    return gift.casinos


async def execute(uow: UnitOfWork, payload: GrantElevation) -> BaseModel:
    """Grant it, by all the rules of giving a role as they are now. Its time begins now."""
    by = giver(uow.ctx)
    command = commands.ApproveElevation(by=by, now=uow.ctx.occurred_at, within=None)
    given = (await uow.decide(elevation, payload.elevation_id, command)).state
    await give(uow, by, _gift(payload, given, uow.ctx.authorised_by or str(by)))
    return ElevationItem.model_validate(await _wish(uow, payload.elevation_id), from_attributes=True)


def _gift(payload: GrantElevation, given: Any, approved_by: str) -> Gift:
    assert isinstance(given, Given), "whoever approves gives"
    return Gift(
        staff_id=given.wish.staff_id,
        assignment_id=payload.elevation_id,
        role_id=given.wish.role_id,
        casinos=given.wish.casinos,
        expires_at=given.ends_at,
        ticket=given.wish.ticket,
        approved_by=approved_by,
        conflict_override=payload.conflict_override,
    )


async def _wish(uow: UnitOfWork, elevation_id: UUID) -> Any:
    row = (await uow.connection.execute(select(table).where(table.c.elevation_id == elevation_id))).one_or_none()
    if row is None:
        raise ElevationUnknown
    return row


GRANTING = GuardedCommand(
    name=GRANT_ELEVATION, rule=rule(P.ROLE_ASSIGN), payload=GrantElevation, describe=describe, execute=execute
)

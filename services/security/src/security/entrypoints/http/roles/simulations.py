"""A version that is not published yet, held against what the holders of the role did lately."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires
from chassis.http import App
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue, usage
from security.domain.grants import Grant
from security.domain.role.aggregate import Defined, checked
from security.domain.role.errors import NothingDrafted
from security.domain.trial import Shift, Used, shifts
from security.entrypoints.access import everybodys, role_with_versions
from security.entrypoints.http.reach import require_whole_operator
from security.entrypoints.http.roles.schemas import Loss, SimulateBody, Simulation
from security.read_models.assignment_list import holders_of

router = APIRouter(prefix="/api/security/v1/roles/{role_id}", tags=["roles"])


@router.post("/simulations")
async def simulate(
    caller: Annotated[Caller, Requires(P.ROLE_DRAFT)], role_id: UUID, body: SimulateBody, app: App
) -> Simulation:
    """Who would lose or get which permissions by these lines (or the draft's), and how often they used or were refused
    them in the last days. Nothing is changed.
    """
    require_whole_operator(caller)
    async with app.db.read() as connection:
        known = await catalogue.load(connection)
        there = await role_with_versions(app, connection, role_id)
        grants = checked(_wanted(there, body), known)
        now = app.clock.now()
        people = await holders_of(connection, role_id)
        used = await _used(connection, people, now - timedelta(days=body.days))
        before = await everybodys(connection, now)
        after = await everybodys(connection, now, instead={role_id: grants})
    losses: list[Shift] = []
    gains: list[Shift] = []
    for one in people:
        lost, got = shifts(one, before.get(one, []), after.get(one, []), used[one], known)
        losses, gains = [*losses, *lost], [*gains, *got]
    return Simulation(
        role_id=role_id,
        days=body.days,
        holders=len(people),
        people_losing=len({one.staff_id for one in losses}),
        permissions_lost=len({one.permission for one in losses}),
        used=sum(one.used for one in losses),
        losses=_shown(losses),
        people_gaining=len({one.staff_id for one in gains}),
        permissions_gained=len({one.permission for one in gains}),
        refused_until_now=sum(one.used for one in gains),
        gains=_shown(gains),
    )


def _wanted(there: Defined, body: SimulateBody) -> tuple[Grant, ...]:
    given = body.lines()
    if given is not None:
        return given
    if there.draft is None:
        raise NothingDrafted("There is no draft; send the lines.", field="grants")
    return there.draft


async def _used(connection: AsyncConnection, people: Sequence[UUID], since: datetime) -> dict[UUID, list[Used]]:
    found: dict[UUID, list[Used]] = defaultdict(list)
    wanted = set(people)
    for one in await usage.since(connection, since.date()):
        if one.subject_id in wanted:
            found[one.subject_id].append(
                Used(permission=one.permission, casino=one.casino, allowed=one.allowed, count=one.count)
            )
    return found


def _shown(moved: Sequence[Shift]) -> list[Loss]:
    return [
        Loss(staff_id=one.staff_id, permission=one.permission, casinos=list(one.casinos), used=one.used)
        for one in moved
    ]

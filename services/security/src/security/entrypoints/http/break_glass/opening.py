"""What opening emergency access takes."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi.params import Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection, Request

from chassis.auth import AnyStaff, Caller, Requires, StepUpNeeded
from chassis.auth.errors import Unauthenticated
from chassis.auth.markers import AccessRule
from chassis.http.once import require_key
from chassis.http.problems import RequestProblem
from chassis.store import UnitOfWork
from security.adapters import catalogue, credentials, factors, sessions
from security.application.door import DoorKeeper
from security.application.policy import grants_of
from security.domain.break_glass import commands
from security.domain.break_glass.aggregate import break_glass
from security.domain.break_glass.errors import BreakGlassIsOpen, NoEmergencyRole, ReviewAwaited, SecurityKeyNeeded
from security.domain.break_glass.events import BreakGlassOpened
from security.domain.grants import EVERYWHERE, Grant, lines
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import AssignRole
from security.entrypoints.emergencies import page
from security.entrypoints.http.assignments.giving import meeting
from security.entrypoints.http.break_glass.schemas import OpenBreakGlass
from security.entrypoints.http.reach import casinos_of
from security.entrypoints.http.sessions.issuing import Entered
from security.entrypoints.http.sessions.step_up import require_fresh
from security.read_models.break_glass_list import awaits_review, open_for
from security.read_models.role_list import RoleStatus, role_list

_KEYS: Final = frozenset({"hwk", "swk"})
"""RFC 8176: a key was used, in hardware or in software."""


class _OpensOrRepeats(AccessRule):
    """Staff with the permission, and whoever asks again with a key that was answered before: the role that is for
    emergencies may deny its holder to open another one, and an answer that got lost is given once more all the same.
    """

    def __init__(self, permission: str) -> None:
        self.permission = permission
        self._staff, self._holder = _rule(AnyStaff()), _rule(Requires(permission))
        self.label = self._holder.label

    async def admit(self, request: HTTPConnection, /) -> Caller:
        if isinstance(request, Request):
            caller: Caller = await self._staff.admit(request)
            with suppress(RequestProblem):  # Without a good key nothing was answered before.
                if await (await require_key(request)).earlier(caller) is not None:
                    return caller
        holder: Caller = await self._holder.admit(request)
        return holder


class OpensOrRepeats(Depends):
    """The marker of the route that opens emergency access."""

    def __init__(self, permission: str) -> None:
        super().__init__(_OpensOrRepeats(str(permission)))


def _rule(marker: Depends) -> Any:
    assert isinstance(marker.dependency, AccessRule)
    return marker.dependency


async def session_of(uow: UnitOfWork, caller: Caller) -> Entered:
    """The caller's session as it stands; Unauthenticated when it is over."""
    kept = await credentials.is_live(uow, caller.id)
    if kept is None:
        raise Unauthenticated("The session is over.")
    return Entered(kept, await sessions.going_on(uow, caller.session_id, caller.id))


async def require_strongest_proof(uow: UnitOfWork, door: DoorKeeper, caller: Caller) -> None:
    """It was just proved in the caller's session, with a security key, who it is.

    Raises:
        SecurityKeyNeeded: there is none.
        StepUpNeeded: it was proved too long ago, or with less.
        Unauthenticated: the session is over.
    """
    if not any(one.kind == "webauthn" for one in await factors.of(uow.connection, caller.id)):
        raise SecurityKeyNeeded
    await require_fresh(uow, door, caller)
    session = await sessions.going_on(uow, caller.session_id, caller.id)
    if not _KEYS & set(session.amr):
        raise StepUpNeeded(int(door.policy.fresh.total_seconds()))


async def open_break_glass(uow: UnitOfWork, caller: Caller, break_glass_id: UUID, body: OpenBreakGlass) -> None:
    """Give the caller the role that is for emergencies, until it ends by itself.

    Raises:
        NoEmergencyRole: there is none.
        BreakGlassIsOpen: he has it already.
        ReviewAwaited: nobody has reviewed an earlier one of his.
        Forbidden: the casinos he works for cannot be named.
    """
    now, casinos = uow.ctx.occurred_at, _casinos(caller)
    role_id, name, grants = await _emergency_role(uow.connection)
    met = await meeting(uow, caller.id, lines(grants, casinos), await catalogue.load(uow.connection))
    if await open_for(uow.connection, caller.id, now) is not None:
        raise BreakGlassIsOpen
    if await awaits_review(uow.connection, caller.id):
        raise ReviewAwaited
    command = commands.OpenBreakGlass(
        staff_id=caller.id,
        role_id=role_id,
        casinos=casinos,
        incident_id=body.incident_id,
        minutes=body.minutes,
        now=now,
    )
    uow.ctx = replace(uow.ctx, breakglass=break_glass_id)
    [opened] = (await uow.decide(break_glass, break_glass_id, command)).events
    assert isinstance(opened, BreakGlassOpened)
    given = AssignRole(
        staff_id=caller.id,
        assignment_id=break_glass_id,
        role_id=role_id,
        role_name=name,
        casinos=casinos,
        by=None,
        now=now,
        expires_at=opened.ends_at,
        ticket=body.incident_id,
        override=f"Emergency {body.incident_id}" if met else None,
    )
    await uow.decide(staff, caller.id, given)
    uow.after_commit(partial(page, opened))


async def _emergency_role(connection: AsyncConnection) -> tuple[UUID, str, tuple[Grant, ...]]:
    """The first role that is for emergencies."""
    table = role_list.table
    statement = select(table).where(table.c.break_glass, table.c.status == RoleStatus.ACTIVE).order_by(table.c.role_id)
    found = (await connection.execute(statement.limit(1))).one_or_none()
    if found is None:
        raise NoEmergencyRole
    return found.role_id, found.name, grants_of(found)


def _casinos(caller: Caller) -> tuple[str, ...]:
    within = casinos_of(caller)
    return EVERYWHERE if within is None else tuple(sorted(within))

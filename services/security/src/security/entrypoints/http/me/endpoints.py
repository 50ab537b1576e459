"""Who am I: everything a console needs for its menu and its banner, in one answer."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import AnyPerson, Caller
from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import Policy, Wish
from chassis.domain import NotFound
from chassis.http import Db
from security.adapters import factors
from security.adapters.tables import session
from security.entrypoints.http.break_glass.schemas import BreakGlassItem
from security.entrypoints.http.decisions.lines import named
from security.entrypoints.http.elevations.schemas import ElevationItem
from security.entrypoints.http.me.schemas import Me, MyFactor, MyPermission, MySession
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.sessions.issuing import factor_due_at
from security.entrypoints.http.staff.schemas import Assignment
from security.read_models.assignment_list import assignment_list
from security.read_models.break_glass_list import open_for
from security.read_models.elevation_list import ElevationStatus, elevation_list
from security.read_models.staff_list import staff_list

router = APIRouter(prefix="/api/security/v1/me", tags=["me"])


@router.get("")
async def who_am_i(caller: Annotated[Caller, AnyPerson()], door: Door, db: Db) -> Me:
    """The caller: name, permissions by casino, roles and their ends, open emergency, factors, session."""
    now = door.clock.now()
    async with db.read() as connection:
        me = Me(
            kind="player" if caller.is_player else "staff",
            subject_id=caller.id,
            casino_id=caller.casino_id,
            impersonated_by=caller.acting_for,
            must_change_password=caller.must_change_password,
            must_add_factor=caller.must_add_factor,
        )
        if caller.acting_for is not None:
            return me
        own = await _proofs(connection, caller)
        if not caller.is_player:
            own |= await _work(connection, caller, now)
            own["factor_due_at"] = await factor_due_at(connection, door, caller.id)
    return me.model_copy(update=own)


async def _proofs(connection: AsyncConnection, caller: Caller) -> dict[str, Any]:
    known = await factors.of(connection, caller.id)
    statement = select(session).where(session.c.id == caller.session_id, session.c.subject_id == caller.id)
    row = (await connection.execute(statement)).one_or_none()
    there = row and MySession(
        session_id=row.id,
        started_at=row.started_at,
        ends_at=row.ends_at,
        authenticated_at=row.authenticated_at,
        amr=row.amr,
        browser=row.browser,
    )
    return {
        "factors": [MyFactor(factor_id=one.id, kind=one.kind, name=one.name) for one in known],
        "recovery_codes_left": await factors.recovery_codes_left(connection, caller.id),
        "session": there,
    }


async def _work(connection: AsyncConnection, caller: Caller, now: datetime) -> dict[str, Any]:
    person = await connection.execute(select(staff_list.table).where(staff_list.table.c.staff_id == caller.id))
    found = person.one_or_none()
    if found is None:
        raise NotFound
    emergency = await open_for(connection, caller.id, now)
    return {
        "login": found.login,
        "name": found.name,
        "contractor": found.contractor,
        "permissions": _permissions(caller, now),
        "roles": await _roles(connection, caller, now),
        "elevations": await _elevations(connection, caller, now),
        "break_glass": emergency and BreakGlassItem.model_validate(emergency._asdict()),
    }


def _permissions(caller: Caller, now: datetime) -> list[MyPermission]:
    """As if he had just proved who he is: what asks for that is in the menu too."""
    policy: Policy | None = caller.held.policy if caller.held is not None else None
    asking, found = replace(caller.asking, authenticated_at=now), []
    for name, meta in sorted(policy.permissions.items()) if policy is not None else ():
        decision = decide(policy, asking, Wish(permission=name), now)
        if decision.allowed and not decision.scope.empty:
            casinos, others = named(decision.scope)
            found.append(
                MyPermission(
                    permission=name,
                    risk=meta.risk,
                    casinos=casinos,
                    except_casinos=others,
                    modes={str(kind): mode for kind, mode in decision.modes.items()},
                    step_up_s=meta.step_up_s,
                    four_eyes=decision.outcome == "four_eyes",
                )
            )
    return found


async def _roles(connection: AsyncConnection, caller: Caller, now: datetime) -> list[Assignment]:
    table = assignment_list.table
    statement = select(table).where(
        table.c.staff_id == caller.id, or_(table.c.expires_at.is_(None), table.c.expires_at > now)
    )
    rows = await connection.execute(statement.order_by(table.c.assigned_at, table.c.assignment_id))
    return [Assignment.model_validate(dict(row)) for row in rows.mappings()]


async def _elevations(connection: AsyncConnection, caller: Caller, now: datetime) -> list[ElevationItem]:
    table = elevation_list.table
    waiting = (table.c.status == ElevationStatus.WAITING) & (table.c.answer_by > now)
    given = (table.c.status == ElevationStatus.APPROVED) & (table.c.ends_at > now)
    statement = select(table).where(table.c.staff_id == caller.id, waiting | given)
    rows = await connection.execute(statement.order_by(table.c.requested_at, table.c.elevation_id))
    return [ElevationItem.model_validate(dict(row)) for row in rows.mappings()]

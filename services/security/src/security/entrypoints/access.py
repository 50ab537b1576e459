"""What people hold, from the tables of who holds which role and of what the roles allow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Application, UnitOfWork, event_store
from security.application.policy import grants_of
from security.domain.gains import gained
from security.domain.grants import Catalogue, Grant, Line, lines
from security.domain.role.aggregate import Defined, role
from security.domain.role.errors import RoleForEmergencies, RoleIsRetired, RoleUnknown
from security.read_models.assignment_list import assignment_list
from security.read_models.role_list import RoleStatus, role_list

_A, _R = assignment_list.table, role_list.table
_HELD = (
    select(
        _A.c.assignment_id,
        _A.c.staff_id,
        _A.c.role_id,
        _A.c.casinos,
        _A.c.not_before,
        _A.c.expires_at,
        _A.c.override,
        _R.c.grants,
    )
    .join(_R, _R.c.role_id == _A.c.role_id)
    .where(_R.c.status == RoleStatus.ACTIVE)
    .order_by(_A.c.assigned_at, _A.c.assignment_id)
)


async def held_by(connection: AsyncConnection, staff_id: UUID, now: datetime) -> list[Line]:
    """What somebody holds at this moment and may give. Nothing of emergency access is given to others."""
    rows = await connection.execute(_HELD.where(_A.c.staff_id == staff_id, _R.c.break_glass.is_(False)))
    return [one for row in rows if row.not_before is None or row.not_before <= now for one in _lines(row, now)]


async def held_now_or_later(connection: AsyncConnection, staff_id: UUID, now: datetime) -> list[Line]:
    """What somebody holds, what is to come included."""
    rows = await connection.execute(_HELD.where(_A.c.staff_id == staff_id))
    return [one for row in rows for one in _lines(row, now)]


async def everybodys(
    connection: AsyncConnection, now: datetime, *, instead: Mapping[UUID, tuple[Grant, ...]] | None = None
) -> dict[UUID, list[Line]]:
    """What everybody holds, what is to come included; with other lines for some roles, if they are given."""
    return _by_person(await connection.execute(_HELD), now, instead or {})


async def gains(
    uow: UnitOfWork,
    known: Catalogue,
    who: Sequence[UUID],
    *,
    instead: Mapping[UUID, tuple[Grant, ...]] | None = None,
    without: UUID | None = None,
) -> list[str]:
    """The critical permissions of which any of these people would hold more, with other lines for some roles, or
    without an assignment. What an emergency gives or denies for an hour is not counted.

    Whoever else asks waits until this transaction is over: of two denials that keep somebody from the same thing, each
    could be taken away at once because of the other.
    """
    await uow.connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('access', 0))"))
    rows = (await uow.connection.execute(_HELD.where(_A.c.staff_id.in_(who), _R.c.break_glass.is_(False)))).all()
    now = uow.ctx.occurred_at
    before = _by_person(rows, now, {})
    after = _by_person([row for row in rows if row.assignment_id != without], now, instead or {})
    found = [gained(before.get(one, []), after.get(one, []), known, now) for one in who]
    return sorted({name for names in found for name in names})


async def role_to_give(uow: UnitOfWork, role_id: UUID) -> Any:
    """The row of a role, which nobody changes until it is given: a version that comes meanwhile waits.

    Raises:
        RoleUnknown, RoleIsRetired, RoleForEmergencies.
    """
    statement = select(role_list.table).where(role_list.table.c.role_id == role_id).with_for_update(read=True)
    found = (await uow.connection.execute(statement)).one_or_none()
    if found is None:
        raise RoleUnknown("There is no such role.", field="role_id")
    if found.status != RoleStatus.ACTIVE:
        raise RoleIsRetired("The role is given to nobody any more.", field="role_id")
    if found.break_glass:
        raise RoleForEmergencies("The role is opened in an emergency, and given to nobody.", field="role_id")
    return found


async def role_with_versions(app: Application, connection: AsyncConnection, role_id: UUID) -> Defined:
    """A role as its history tells; RoleUnknown when there is none."""
    history = await event_store.load(connection, app.types, f"{role.category}-{role_id}")
    state = role.fold(one.event for one in history)
    if not isinstance(state, Defined):
        raise RoleUnknown
    return state


def _by_person(rows: Iterable[Any], now: datetime, instead: Mapping[UUID, tuple[Grant, ...]]) -> dict[UUID, list[Line]]:
    found: dict[UUID, list[Line]] = {}
    for row in rows:
        found.setdefault(row.staff_id, []).extend(_lines(row, now, instead.get(row.role_id)))
    return found


def _lines(row: Any, now: datetime, other: tuple[Grant, ...] | None = None) -> list[Line]:
    if row.expires_at is not None and row.expires_at <= now:
        return []
    return lines(grants_of(row) if other is None else other, tuple(row.casinos), row.expires_at, row.not_before)

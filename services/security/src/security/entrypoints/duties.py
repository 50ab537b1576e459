"""The look for people who hold what is kept apart: roles and permissions change after they were given."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import uuid7
from chassis.store import Application, Context, UnitOfWork
from chassis.tasks import Handler, Task
from contracts.security.events import DutiesMet
from security.adapters import catalogue
from security.adapters.tables import duties_conflict
from security.domain.duties import Conflict, conflicts
from security.entrypoints.access import everybodys
from security.read_models.assignment_list import assignment_list
from security.read_models.staff_list import StaffStatus, staff_list

Found = dict[tuple[UUID, str, str], list[Conflict]]

LOOK: Final = "look_for_duties"
_THE_ONE: Final = UUID(int=0)
"""All ask for the same look, whichever process they are in."""


async def look_soon(uow: UnitOfWork) -> None:
    """Have what meets looked for when the minute is over: after the policy changed, and each night for what ended by
    the clock. However much changes within a minute, it is looked at once.
    """
    next_minute = uow.ctx.occurred_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    await uow.schedule(LOOK, _THE_ONE, {}, run_at=next_minute)


def looking(application: Application) -> Handler:
    """The task that looks. Twice finds nothing new."""

    async def look_for_duties(_: Task) -> None:
        await application.transact(look, Context.system("duties", application.clock))

    return look_for_duties


async def look(uow: UnitOfWork) -> int:
    """Compare what is found with what was known: tell what is new, forget what is over. The number found."""
    connection, now, table = uow.connection, uow.ctx.occurred_at, duties_conflict
    found = await _found(uow)
    overrides = await _overrides(connection)
    keys = [table.c.staff_id, table.c.first, table.c.second]
    known = {tuple(row) for row in await connection.execute(select(*keys))}
    over = sorted(known - found.keys(), key=str)
    if over:
        await connection.execute(delete(table).where(tuple_(*keys).in_(over)))
    for key, met in sorted(found.items(), key=lambda one: str(one[0])):
        values = _row(key, met, overrides.get(key[0]))
        statement = insert(table).values(id=uuid7(), **values, found_at=now, seen_at=now)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["staff_id", "first", "second"], set_={**values, "seen_at": now}
            )
        )
        if key not in known:
            await uow.publish(DutiesMet(**{name: value for name, value in values.items() if name != "why"}))
    return len(found)


async def _found(uow: UnitOfWork) -> Found:
    known = await catalogue.load(uow.connection)
    active = select(staff_list.table.c.staff_id).where(staff_list.table.c.status == StaffStatus.ACTIVE)
    working = {row.staff_id for row in await uow.connection.execute(active)}
    found: Found = {}
    for staff_id, held in (await everybodys(uow.connection, uow.ctx.occurred_at)).items():
        for one in conflicts(held, known) if staff_id in working else ():
            found.setdefault((staff_id, one.pair.first, one.pair.second), []).append(one)
    return found


async def _overrides(connection: AsyncConnection) -> dict[UUID, str]:
    """The newest reason given for each person."""
    table = assignment_list.table
    statement = select(table.c.staff_id, table.c.override).where(table.c.override.is_not(None))
    return {row.staff_id: row.override for row in await connection.execute(statement.order_by(table.c.assigned_at))}


def _row(key: tuple[UUID, str, str], met: Sequence[Conflict], override: str | None) -> dict[str, Any]:
    staff_id, first, second = key
    return {
        "staff_id": staff_id,
        "first": first,
        "second": second,
        "casinos": sorted({one.casino for one in met}),
        "why": met[0].pair.why,
        "override": override,
    }

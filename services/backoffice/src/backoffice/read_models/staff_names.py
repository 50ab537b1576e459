"""Who the members of staff are that events name by id."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, Column, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.application.schema import metadata
from chassis.store import ReadModel, Recorded, Row
from contracts.security.events import StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled

table = Table(
    "rm_staff_names",
    metadata,
    Column("staff_id", Text, primary_key=True, comment="as `actor_id` names them"),
    Column("name", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """A colleague keeps the name when the work ends: what they did stays theirs."""
    match recorded.event:
        case StaffMemberAdded() as event:
            return {"staff_id": str(event.staff_id), "name": event.name, "login": event.login, "active": True}
        case StaffMemberDisabled() if row is not None:
            return {**row, "active": False}
        case StaffMemberEnabled() if row is not None:
            return {**row, "active": True}
    return row


async def names_of(connection: AsyncConnection, actors: Iterable[str | None]) -> dict[str, str]:
    """The names of those of the actors who are members of staff, by id."""
    wanted = {actor for actor in actors if actor}
    statement = select(table.c.staff_id, table.c.name).where(table.c.staff_id.in_(wanted))
    return {row.staff_id: row.name for row in await connection.execute(statement)}


staff_names = ReadModel(
    "staff_names",
    table,
    (StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled),
    key=lambda recorded: (str(recorded.event.staff_id),),
    fold=fold,
)

"""The report of access: who holds which role, what it lets him do, when he last did it, and when it was last reviewed.

25 CFR 543.16(c) asks for a review each quarter, with a list of the functions of each user; AGCO 1.19 for one by
somebody independent. A row is one role of one person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, DateTime, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http.listing import Field, ListSpec
from security.adapters import catalogue
from security.adapters.tables import access_review, decision_count, session
from security.application.policy import grants_of
from security.domain.grants import EVERY, Catalogue, Grant, reach
from security.read_models.assignment_list import table
from security.read_models.role_list import role_list
from security.read_models.staff_list import StaffStatus, staff_list

REVIEWED_EVERY: Final = timedelta(days=92)
"""A quarter. Counted from the last review, or from when it was given."""

_STAFF, _ROLE = staff_list.table, role_list.table
_OF_STAFF, _OF_ROLE = _STAFF.c.staff_id == table.c.staff_id, _ROLE.c.role_id == table.c.role_id
_REVIEWED = (
    select(func.max(access_review.c.reviewed_at))
    .where(access_review.c.assignment_id == table.c.assignment_id)
    .scalar_subquery()
)
_LAST_LOG_IN = select(func.max(session.c.started_at)).where(session.c.subject_id == table.c.staff_id).scalar_subquery()


def _staff(name: str) -> Any:
    return select(_STAFF.c[name]).where(_OF_STAFF).scalar_subquery()


DUE: Final[Any] = cast(func.coalesce(_REVIEWED, table.c.assigned_at) + REVIEWED_EVERY, DateTime(timezone=True))

ACCESS = ListSpec(
    "access-review",
    table,
    casino_column=None,
    id_column=table.c.assignment_id,
    fields={
        "assignment_id": Field(table.c.assignment_id),
        "staff_id": Field(table.c.staff_id, refers="staff"),
        "login": Field(_staff("login")),
        "name": Field(_staff("name")),
        "status": Field(_staff("status"), values=StaffStatus),
        "contractor": Field(_staff("contractor")),
        "last_log_in_at": Field(cast(_LAST_LOG_IN, DateTime(timezone=True))),
        "role_id": Field(table.c.role_id),
        "role_name": Field(table.c.role_name),
        "role_review_by": Field(cast(select(_ROLE.c.review_by).where(_OF_ROLE).scalar_subquery(), Date)),
        "casinos": Field(table.c.casinos),
        "assigned_at": Field(table.c.assigned_at, sortable=True),
        "assigned_by": Field(table.c.assigned_by, refers="staff"),
        "approved_by": Field(table.c.approved_by),
        "reason": Field(table.c.reason, ops=()),
        "not_before": Field(table.c.not_before),
        "expires_at": Field(table.c.expires_at),
        "reviewed_at": Field(cast(_REVIEWED, DateTime(timezone=True))),
        "review_due_at": Field(DUE),
        "overdue": Field(None, kind="boolean"),
        "role_overdue": Field(None, kind="boolean"),
        "functions": Field(None, kind="opaque"),
        "last_used_on": Field(None, kind="date"),
        "unused": Field(None, kind="texts"),
    },
    default_order="assigned_at.desc",
)
"""A row belongs to the casinos it names; the route narrows the list to the caller's."""

Used = Mapping[tuple[UUID, str], date]


async def completed(connection: AsyncConnection, rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The rows with what the role lets the person do, when it was last done, and what is overdue. Uses are those of the
    last ninety days, by day.
    """
    asked = [UUID(str(row["assignment_id"])) for row in rows if "assignment_id" in row]
    held = select(table.c.assignment_id, table.c.staff_id, _ROLE.c.grants).join(_ROLE, _OF_ROLE)
    found = (await connection.execute(held.where(table.c.assignment_id.in_(asked)))).all()
    known, used = await catalogue.load(connection), await _used(connection, [one.staff_id for one in found])
    uses = {one.assignment_id: functions(one.staff_id, grants_of(one), known, used) for one in found}
    return [{**row, **_said(row, uses.get(UUID(str(row.get("assignment_id"))), []), now)} for row in rows]


def functions(staff_id: UUID, grants: Sequence[Grant], known: Catalogue, used: Used) -> list[dict[str, Any]]:
    """What lines stand for now, less what they deny everywhere, each with its risk and the day of its last use."""
    allowed = {name for one in grants if one.effect == "allow" for name in reach(one, known)}
    denied = {name for one in grants if one.effect == "deny" and EVERY in one.casinos for name in reach(one, known)}
    return [
        {"permission": name, "risk": known[name].risk, "last_used_on": used.get((staff_id, name))}
        for name in sorted(allowed - denied)
    ]


def _said(row: Mapping[str, Any], held: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    days = [one["last_used_on"] for one in held if one["last_used_on"] is not None]
    due, by = row.get("review_due_at"), row.get("role_review_by")
    return {
        "functions": [{**one, "last_used_on": _text(one["last_used_on"])} for one in held],
        "last_used_on": _text(max(days)) if days else None,
        "unused": [one["permission"] for one in held if one["last_used_on"] is None],
        "overdue": None if due is None else due <= now,
        "role_overdue": by is not None and by < now.date(),
    }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


async def _used(connection: AsyncConnection, who: Sequence[UUID]) -> Used:
    counted = decision_count.c
    statement = (
        select(counted.subject_id, counted.permission, func.max(counted.day).label("day"))
        .where(counted.subject_id.in_(who), counted.outcome != "deny")
        .group_by(counted.subject_id, counted.permission)
    )
    return {(row.subject_id, row.permission): row.day for row in await connection.execute(statement)}

"""How often who was answered what, by day: what the services count and send."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from contracts.platform.events import DecisionsCounted
from security.adapters.tables import decision_count
from security.domain.grants import EVERY

KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody was answered, and how often. `casino` is an id, or `*` where none was named."""

    subject_id: UUID
    permission: str
    casino: str
    allowed: bool
    count: int


async def add(uow: UnitOfWork, counted: DecisionsCounted) -> None:
    """Add what a service counted to the day on which it ended counting; forget what is older than ninety days."""
    day, sums = counted.counted_at.date(), Counter[tuple[UUID, str, str, str]]()
    for one in counted.counts:
        casino = EVERY if one.casino_id is None else str(one.casino_id)
        sums[(one.subject_id, one.permission, casino, one.outcome)] += one.count
    rows: list[dict[str, Any]] = [
        {"day": day, "subject_id": who, "permission": name, "casino": casino, "outcome": outcome, "count": count}
        for (who, name, casino, outcome), count in sorted(sums.items())
    ]
    if rows:
        statement = insert(decision_count).values(rows)
        more = {"count": decision_count.c.count + statement.excluded.count}
        keys = ["day", "subject_id", "permission", "casino", "outcome"]
        await uow.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=more))
    await uow.connection.execute(delete(decision_count).where(decision_count.c.day < day - KEPT))


async def since(connection: AsyncConnection, day: date) -> list[Use]:
    """Everything from that day on."""
    allowed = (decision_count.c.outcome != "deny").label("allowed")
    by = (decision_count.c.subject_id, decision_count.c.permission, decision_count.c.casino, allowed)
    total = func.sum(decision_count.c.count).label("total")
    rows = await connection.execute(select(*by, total).where(decision_count.c.day >= day).group_by(*by))
    return [Use(row.subject_id, row.permission, row.casino, row.allowed, int(row.total)) for row in rows]

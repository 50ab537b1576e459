"""Bulk jobs and their rows as they are kept.

Whoever changes a job or one of its rows holds the job's row locked, so a job has one worker at a time, and whoever
cancels it waits for the row at hand and no longer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals.canonical import sha256_of
from chassis.db.states import BulkResult, BulkState
from chassis.db.tables import bulk_job as job
from chassis.db.tables import bulk_row as row

WINDOW: Final = timedelta(hours=1)
"""What one person did in so long a time counts together."""

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 0))")


def fingerprint(action: str, parameters: Any, ids: Sequence[UUID]) -> str:
    """SHA-256 of what will be done to which rows."""
    return sha256_of({"action": action, "parameters": parameters, "ids": [str(one) for one in ids]})


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]], **values: Any) -> None:
    """A new job with its rows, in order."""
    await connection.execute(insert(job).values(state=BulkState.FROZEN, rows=len(rows), **values))
    if rows:
        numbered = [{"job_id": values["id"], "position": at, **one} for at, one in enumerate(rows, 1)]
        await connection.execute(insert(row), numbered)


async def find(connection: AsyncConnection, job_id: UUID) -> Any:
    """One, or None."""
    return (await connection.execute(select(job).where(job.c.id == job_id))).one_or_none()


async def lock(connection: AsyncConnection, job_id: UUID) -> Any:
    """One, or None; nobody else changes it or its rows before this transaction ends."""
    return (await connection.execute(select(job).where(job.c.id == job_id).with_for_update())).one_or_none()


async def change(connection: AsyncConnection, job_id: UUID, **values: Any) -> Any:
    """What is new about it; the job as it is then."""
    changed = update(job).where(job.c.id == job_id).values(**values).returning(job)
    return (await connection.execute(changed)).one()


async def frozen_ids(connection: AsyncConnection, job_id: UUID) -> list[UUID]:
    """Its rows in order."""
    found = await connection.execute(select(row.c.row_id).where(row.c.job_id == job_id).order_by(row.c.position))
    return list(found.scalars())


async def sample(connection: AsyncConnection, job_id: UUID, most: int) -> list[Any]:
    """Its first rows."""
    return list(
        await connection.execute(select(row).where(row.c.job_id == job_id).order_by(row.c.position).limit(most))
    )


async def next_waiting(connection: AsyncConnection, job_id: UUID) -> Any:
    """The row whose turn it is; None when all have their result."""
    waiting = select(row).where(row.c.job_id == job_id, row.c.result == BulkResult.WAITING)
    return (await connection.execute(waiting.order_by(row.c.position).limit(1))).one_or_none()


async def settle(
    connection: AsyncConnection, job_id: UUID, position: int, result: BulkResult, code: str | None, at: datetime
) -> None:
    """A row's result, and one more of that kind. A row that has one keeps it."""
    waiting = (row.c.job_id == job_id) & (row.c.position == position) & (row.c.result == BulkResult.WAITING)
    settled = await connection.execute(update(row).where(waiting).values(result=result, code=code, settled_at=at))
    if settled.rowcount:
        count = job.c[result]
        await connection.execute(update(job).where(job.c.id == job_id).values({count: count + 1}))


async def skip_rest(connection: AsyncConnection, job_id: UUID, code: str, at: datetime) -> int:
    """Leave alone what is still waiting; how many rows."""
    waiting = (row.c.job_id == job_id) & (row.c.result == BulkResult.WAITING)
    skipped = await connection.execute(
        update(row).where(waiting).values(result=BulkResult.SKIPPED, code=code, settled_at=at)
    )
    return int(skipped.rowcount)


async def failed(connection: AsyncConnection, job_id: UUID, position: int) -> int:
    """How often the row could not be done for no reason of the domain, this time counted."""
    one = (row.c.job_id == job_id) & (row.c.position == position)
    tried = await connection.execute(update(row).where(one).values(tries=row.c.tries + 1).returning(row.c.tries))
    return int(tried.scalar_one())


async def one_at_a_time(connection: AsyncConnection, requested_by: UUID, action: str) -> None:
    """Wait until no other transaction weighs what this person does by this action."""
    await connection.execute(_ONE_AT_A_TIME, {"who": f"bulk:{requested_by}:{action}"})


async def frozen_lately(connection: AsyncConnection, requested_by: UUID, now: datetime) -> int:
    """The jobs this person froze within the last hour, whatever became of them."""
    lately = select(func.count()).where(job.c.requested_by == requested_by, job.c.requested_at > now - WINDOW)
    return int((await connection.execute(lately)).scalar_one())


async def done_alone(connection: AsyncConnection, requested_by: UUID, action: str, now: datetime) -> int:
    """The rows of the jobs this person started within the last hour with nobody else."""
    mine = (job.c.requested_by == requested_by) & (job.c.action == action)
    lately = job.c.authorised_by.is_(None) & (job.c.started_at > now - WINDOW)
    total = await connection.execute(select(func.coalesce(func.sum(job.c.rows), 0)).where(mine, lately))
    return int(total.scalar_one())

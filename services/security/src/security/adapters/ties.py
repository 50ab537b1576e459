"""Ties: one human may be behind two accounts, so that neither is the other's second person.

Whoever gives a colleague a one-time password, lets him in again or takes his factors away may use that himself. The two
are tied until the colleague proves a factor that is older than that, or for seven days. Those he is tied to already,
whose accounts may be in his hands as well, are tied to the colleague with him.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals.errors import AnotherPersonNeeded
from chassis.store import UnitOfWork
from security.adapters.factor_tables import tie

TIED: Final = timedelta(days=7)


async def bind(uow: UnitOfWork, staff_id: UUID, by: UUID) -> None:
    """Somebody let a colleague in anew. Done again it lasts longer, and the factors from before are still those from
    before the first time.
    """
    connection, now = uow.connection, uow.ctx.occurred_at
    await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('tie', 0))"))
    await connection.execute(delete(tie).where(tie.c.until <= now))
    pairs = [(row.staff_id, row.other) for row in await connection.execute(select(tie.c.staff_id, tie.c.other))]
    rows = [
        {"staff_id": staff_id, "other": one, "since": now, "until": now + TIED}
        for one in sorted(_reached(by, pairs) - {staff_id})
    ]
    statement = insert(tie)
    again = statement.on_conflict_do_update(
        index_elements=["staff_id", "other"], set_={"until": statement.excluded.until}
    )
    await connection.execute(again, rows)


async def proved(uow: UnitOfWork, staff_id: UUID, factor_since: datetime) -> None:
    """The owner of a factor was here: whoever let him in after he had it is somebody else."""
    await uow.connection.execute(delete(tie).where(tie.c.staff_id == staff_id, tie.c.since > factor_since))


async def in_force(connection: AsyncConnection, now: datetime) -> Sequence[Any]:
    """The ties of this moment, in order."""
    statement = select(tie).where(tie.c.until > now).order_by(tie.c.staff_id, tie.c.other)
    return (await connection.execute(statement)).all()


async def require_apart(uow: UnitOfWork, one: UUID, other: UUID) -> None:
    """AnotherPersonNeeded when one human may be behind both."""
    pair = or_((tie.c.staff_id == one) & (tie.c.other == other), (tie.c.staff_id == other) & (tie.c.other == one))
    statement = select(tie.c.staff_id).where(pair, tie.c.until > uow.ctx.occurred_at)
    if (await uow.connection.execute(statement)).first() is not None:
        raise AnotherPersonNeeded.not_apart()


def _reached(start: UUID, pairs: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
    """Everybody who is tied to somebody, over however many others, himself included."""
    found, waiting = {start}, [start]
    while waiting:
        one = waiting.pop()
        for pair in pairs:
            if one in pair:
                new = set(pair) - found
                found |= new
                waiting += new
    return found

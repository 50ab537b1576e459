"""Up to which moment the facts are complete.

A newest movement says nothing about it: in a quiet casino it is old, and a newer one of another player may have
overtaken those that are still on their way.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Database
from chassis.store import Application
from reports.adapters.tables import freshness

_FACTS = "facts"


async def caught_up(application: Application, moment: datetime) -> None:
    """Everything that had reached the bus by then is in the facts. Of several processes the furthest counts."""
    statement = insert(freshness).values(of=_FACTS, until=moment)
    furthest = func.greatest(freshness.c.until, statement.excluded.until)
    async with application.db.write() as connection:
        await connection.execute(statement.on_conflict_do_update(index_elements=["of"], set_={"until": furthest}))


async def complete_until(db: Database) -> datetime | None:
    """The moment up to which the facts are complete; None when that was never so."""
    async with db.read() as connection:
        found = await connection.execute(select(freshness.c.until).where(freshness.c.of == _FACTS))
        return found.scalar_one_or_none()

"""How often somebody looks at personal data in clear: counted where it is shown, in the transaction that shows it.

Whoever reveals more than so many records within an hour is refused until the hour has room again, and security hears of
it once an hour. He is not shut out until somebody says so: at night nobody may be there, and a slow hour of work goes
on. A service that reveals has the two tables in its own metadata, by `reveal_tables`.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import ClassVar, Final, TypeVar
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy import Column, DateTime, Index, MetaData, Table, Uuid, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.domain import DomainError, uuid7
from chassis.store import Application, Context, UnitOfWork
from chassis.telemetry.metrics import REGISTRY
from contracts.platform.events import RevealLimitReached

log = structlog.get_logger(__name__)

WITHIN: Final = timedelta(hours=1)
MOST: Final = 30

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 0))")

REACHED: Final = Counter(
    "reveal_limit_reached_total", "People who revealed more than they may in an hour; alert on each", registry=REGISTRY
)

T = TypeVar("T")


class TooManyReveals(DomainError):
    """So many records in clear within an hour are nobody's work."""

    code: ClassVar[str] = "too_many_reveals"
    status: ClassVar[int] = 429


def reveal_tables(metadata: MetaData) -> tuple[Table, Table]:
    """What was revealed by whom in the last hour, and who was told about when."""
    looks = Table(
        "reveal",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("staff_id", Uuid, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Index("ix_reveal_staff_id", "staff_id", "at"),
    )
    alarms = Table(
        "reveal_alarm",
        metadata,
        Column("staff_id", Uuid, primary_key=True),
        Column("raised_at", DateTime(timezone=True), nullable=False),
    )
    return looks, alarms


class Reveals:
    """Counts the reveals of one service.

    Args:
        tables: those of `reveal_tables`.
        most: how many one person may make within an hour.
    """

    def __init__(self, application: Application, tables: tuple[Table, Table], most: int = MOST) -> None:
        self._app = application
        self._looks, self._alarms = tables
        self._most = most

    async def __call__(self, staff_id: UUID, ctx: Context, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do what reveals, and count it in the same transaction.

        Raises:
            TooManyReveals: it would be one too many. Nothing was shown, and security hears of it.
        """

        async def counted(uow: UnitOfWork) -> T:
            await self._count(uow, staff_id)
            return await work(uow)

        try:
            return await self._app.transact(counted, ctx)
        except TooManyReveals:
            await self._app.transact(lambda uow: self._raise(uow, staff_id), ctx)
            raise

    async def _count(self, uow: UnitOfWork, staff_id: UUID) -> None:
        """One person's reveals are counted one after the other, so that none slips through beside another."""
        looks, now = self._looks, uow.ctx.occurred_at
        await uow.connection.execute(_ONE_AT_A_TIME, {"who": str(staff_id)})
        await uow.connection.execute(delete(looks).where(looks.c.staff_id == staff_id, looks.c.at <= now - WITHIN))
        made = select(func.count()).select_from(looks).where(looks.c.staff_id == staff_id)
        if int(await uow.connection.scalar(made) or 0) >= self._most:
            raise TooManyReveals(f"More than {self._most} within an hour; security knows of it.")
        await uow.connection.execute(insert(looks).values(id=uuid7(), staff_id=staff_id, at=now))

    async def _raise(self, uow: UnitOfWork, staff_id: UUID) -> None:
        now: datetime = uow.ctx.occurred_at
        new = upsert(self._alarms).values(staff_id=staff_id, raised_at=now)
        told = new.on_conflict_do_update(
            index_elements=["staff_id"], set_={"raised_at": now}, where=self._alarms.c.raised_at <= now - WITHIN
        ).returning(self._alarms.c.staff_id)
        if (await uow.connection.execute(told)).first() is None:
            return
        fact = RevealLimitReached(
            alarm_id=uuid7(), service=self._app.source, staff_id=staff_id, reveals=self._most, since=now - WITHIN
        )
        await uow.publish(fact, stream_id=f"access-{staff_id}")
        uow.after_commit(lambda: _page(fact))


def _page(fact: RevealLimitReached) -> None:
    REACHED.inc()
    log.error("reveal_limit_reached", staff_id=str(fact.staff_id), service=fact.service, reveals=fact.reveals)

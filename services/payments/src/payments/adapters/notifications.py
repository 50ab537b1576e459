"""The notifications that were handled: the row is taken in the transaction of the effect, so each counts once."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Clock
from chassis.store import Kept
from payments.adapters.tables import provider_notification
from payments.application.look_port import Told
from payments.application.outcomes import NotificationOutcome
from payments.application.ports import Notification
from payments.application.stores import Asked, Handled, KeptNotification

_CLAIMED: Final = "claimed"
"""Nobody sees it: the transaction that takes a notification says what became of it before it ends."""
_FORGET = """
    UPDATE provider_notification SET sealed = NULL, sealed_headers = NULL WHERE id IN (
        SELECT id FROM provider_notification WHERE closed_at < $1 AND sealed IS NOT NULL
        ORDER BY closed_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""
"""The row stays for ever: it is how a notification that comes again is known."""


def kept_bodies(days: int) -> Kept:
    """How long what was set aside is kept whole, once people are done with it."""
    return Kept("provider_notification", timedelta(days=days), _FORGET)


class SqlNotifications:
    """Implements `Notifications`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def claim(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, notification: Notification
    ) -> Handled | None:
        """See Notifications. The insert waits for whoever takes the same one at the same time."""
        table = provider_notification
        claimed = await connection.execute(
            insert(table)
            .values(
                casino_id=casino_id,
                provider=provider,
                notification_id=notification.id,
                kind=notification.kind,
                outcome=_CLAIMED,
                accepted=False,
                facts=dict(notification.facts),
                said_at=notification.said_at,
                received_at=self._clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(table.c.notification_id)
        )
        if claimed.scalar_one_or_none() is not None:
            return None
        return await self.handled(connection, casino_id, provider, notification.id)

    async def handled(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, notification_id: str
    ) -> Handled | None:
        """See Notifications."""
        table = provider_notification
        found = await connection.execute(
            select(table.c.outcome, table.c.accepted, table.c.code).where(
                table.c.casino_id == casino_id,
                table.c.provider == provider,
                table.c.notification_id == notification_id,
            )
        )
        row = found.one_or_none()
        if row is None:
            return None
        return Handled(outcome=NotificationOutcome(row.outcome), accepted=row.accepted, code=row.code)

    async def note(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        provider: str,
        notification: Notification,
        handled: Handled,
        *,
        code: str | None,
        sealed: str | None,
        sealed_headers: str | None = None,
    ) -> None:
        """See Notifications."""
        table = provider_notification
        await connection.execute(
            update(table)
            .where(
                table.c.casino_id == casino_id,
                table.c.provider == provider,
                table.c.notification_id == notification.id,
            )
            .values(
                outcome=handled.outcome,
                accepted=handled.accepted,
                **self._asking(handled, self._clock.now()),
                code=code,
                sealed=sealed,
                sealed_headers=sealed_headers,
            )
        )

    async def kept(self, connection: AsyncConnection, id_: UUID) -> KeptNotification | None:
        """See Notifications."""
        c = provider_notification.c
        waits = and_(c.outcome == NotificationOutcome.SET_ASIDE, c.closed_at.is_(None)).label("open")
        columns = (c.id, c.casino_id, c.provider, c.code, c.received_at, waits, c.sealed, c.sealed_headers)
        found = await connection.execute(select(*columns).where(c.id == id_).with_for_update())
        row = found.mappings().one_or_none()
        return None if row is None else KeptNotification(**row)

    async def becomes(self, connection: AsyncConnection, id_: UUID, handled: Handled, code: str, now: datetime) -> None:
        """See Notifications."""
        table, asking = provider_notification, self._asking(handled, now)
        statement = update(table).where(table.c.id == id_).values(outcome=handled.outcome, code=code, **asking)
        await connection.execute(statement)

    @staticmethod
    def _asking(handled: Handled, now: datetime) -> dict[str, Any]:
        if handled.about is None:
            return {}
        return {"about": handled.about, "told": handled.told, "asked_since": now}

    async def asked(self, connection: AsyncConnection, casino_id: UUID, provider: str, about: UUID) -> Asked | None:
        """See Notifications."""
        c = provider_notification.c
        found = await connection.execute(
            select(c.id, c.told, c.asked_since, c.notification_id)
            .where(c.casino_id == casino_id, c.provider == provider, c.about == about)
            .where(c.outcome == NotificationOutcome.ASKING)
            .order_by(c.asked_since, c.id)
        )
        rows = found.all()
        if not rows:
            return None
        return Asked(
            ids=[row.id for row in rows],
            told=frozenset(Told(row.told) for row in rows if row.told is not None),
            first=rows[0].asked_since,
            last=rows[-1].asked_since,
            named=rows[-1].notification_id,
        )

    async def answered(
        self,
        connection: AsyncConnection,
        asked: Asked,
        outcome: NotificationOutcome,
        *,
        code: str | None,
        by: str,
        now: datetime,
    ) -> None:
        """See Notifications."""
        table = provider_notification
        asking = table.c.id.in_(asked.ids) & (table.c.outcome == NotificationOutcome.ASKING)
        if outcome == NotificationOutcome.SET_ASIDE:
            await connection.execute(update(table).where(asking).values(outcome=outcome, code=code))
            return
        seen_before = table.c.code.is_not(None)
        closed = update(table).where(asking, seen_before).values(outcome=outcome, closed_by=by, closed_at=now)
        await connection.execute(closed)
        await connection.execute(update(table).where(asking).values(outcome=outcome, sealed=None, sealed_headers=None))

    async def close(self, connection: AsyncConnection, id_: UUID, by: str, now: datetime) -> None:
        """See Notifications."""
        table = provider_notification
        await connection.execute(update(table).where(table.c.id == id_).values(closed_by=by, closed_at=now))

"""What becomes of messages that were set aside: looked at, handled again, given up. All of it leaves a trace."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.acts import act
from chassis.auth.caller import Caller
from chassis.db.tables import parked_message as table
from chassis.http.listing.events import told_to
from chassis.messaging import Consumer, ParkedChanged, queue_parked
from chassis.messaging.parked import give_up
from chassis.messaging.relay import OUTBOX
from chassis.messaging.replay import replay_key
from chassis.parked.contents import Contents, contents_of
from chassis.parked.errors import ParkedResolved, ParkedUnknown
from chassis.store import Application, UnitOfWork
from chassis.tasks import Handler, Task
from contracts.data_classes import EVENT_CLASSES

REPLAY: Final = "parked_replay"
TYPE: Final = func.coalesce(table.c.type, "")
"""Of the event; empty where it cannot be read."""


@dataclass(frozen=True, slots=True)
class _Outbox:
    """Whose messages are our own, that no bus would take."""

    name: str = OUTBOX
    parked_changed: ParkedChanged | None = None


class ParkedDesk:
    """The parked messages of one service: those its consumer could not handle, and its own that no bus would take."""

    def __init__(self, application: Application, consumer: Consumer | None) -> None:
        self.app = application
        self._consumer = consumer

    @property
    def tasks(self) -> dict[str, Handler]:
        """What runs in the background."""
        return {REPLAY: self.replay}

    async def row(self, connection: AsyncConnection, caller: Caller, parked_id: UUID, permission: str) -> Any:
        """The message; ParkedUnknown unless the caller holds the permission where it happened.

        What happened in no casino, or cannot be read, is for whoever works for the whole operator.
        """
        told = told_to(caller.let_in_by(permission), TYPE, EVENT_CLASSES)
        statement = select(table).where(table.c.message_id == parked_id, *told)
        row = (await connection.execute(statement)).one_or_none()
        if row is None or not _in_scope(caller, permission, row.casino_id):
            raise ParkedUnknown
        return row

    async def look(self, uow: UnitOfWork, caller: Caller, parked_id: UUID, permission: str) -> tuple[Any, Contents]:
        """The message and what is in it."""
        row = await self.row(uow.connection, caller, parked_id, permission)
        await self._record(uow, caller, "parked.view", row, permission)
        return row, contents_of(row.envelope)

    async def ask_again(self, uow: UnitOfWork, caller: Caller, parked_id: UUID, permission: str) -> Any:
        """Have it handled again, in the background, with everything of its key: order is promised by key.

        Raises:
            ParkedUnknown: see `row`.
            ParkedResolved: it does not wait any more.
        """
        row = await self._waiting(uow, caller, parked_id, permission)
        await uow.schedule(REPLAY, parked_id, {})
        await self._record(uow, caller, "parked.replay", row, permission)
        return row

    async def discard(self, uow: UnitOfWork, caller: Caller, parked_id: UUID, permission: str) -> Any:
        """Give it up for good. Raises as `ask_again`."""
        row = await self._waiting(uow, caller, parked_id, permission)
        if not await give_up(uow, self._owner(row.consumer), [row.id]):
            raise ParkedResolved
        await self._record(uow, caller, "parked.discard", row, permission)
        return await self.row(uow.connection, caller, parked_id, permission)

    async def replay(self, task: Task) -> None:
        """Hand it to its consumer again, and what waits behind it; what fails waits on, with what went wrong."""
        async with self.app.db.read() as connection:
            row = (await connection.execute(select(table).where(table.c.message_id == task.id))).one_or_none()
        if row is None or row.resolved_at is not None:
            return
        if row.consumer == OUTBOX:
            await queue_parked(self.app.db, row.id)
        elif self._consumer is not None and row.consumer == self._consumer.name:
            await replay_key(self.app, self._consumer, row.topic, row.key)

    async def _waiting(self, uow: UnitOfWork, caller: Caller, parked_id: UUID, permission: str) -> Any:
        row = await self.row(uow.connection, caller, parked_id, permission)
        if row.resolved_at is not None:
            raise ParkedResolved
        return row

    def _owner(self, name: str) -> Any:
        return self._consumer if self._consumer is not None and name == self._consumer.name else _Outbox(name)

    async def _record(self, uow: UnitOfWork, caller: Caller, action: str, row: Any, permission: str) -> None:
        details = {"consumer": row.consumer, "topic": row.topic, "type": row.type, "code": row.code}
        fact = act(
            caller,
            uow.ctx,
            action,
            ("parked_message", row.message_id),
            permission=permission,
            casino_id=row.casino_id,
            details={**details, "event_id": None if row.event_id is None else str(row.event_id)},
        )
        await uow.publish(fact, stream_id=f"parked-message-{row.message_id}")


def _in_scope(caller: Caller, permission: str, casino_id: UUID | None) -> bool:
    if casino_id is None:
        return caller.scope(permission).unlimited
    return caller.may(permission, casino_id)

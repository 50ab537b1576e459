"""People put things on a casino's block list or allow list, and take them off."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import Invalid, NotFound, uuid7
from chassis.store import UnitOfWork
from contracts.payments.fraud_events import FraudListChanged
from payments.application.desk import Desk
from payments.application.fraud.naming import Named, listable
from payments.application.fraud.ports import Entry


async def add_entry(
    desk: Desk,
    uow: UnitOfWork,
    casino_id: UUID,
    *,
    name: Literal["block", "allow"],
    kind: str,
    named: Named,
    until: datetime | None,
) -> Entry:
    """Put it on the list, as a fingerprint unless it is a player.

    Raises:
        Invalid: it is no such thing, as `listable` says, or `until` is over.
        CasinoUnknown: there is no such casino.
    """
    now = uow.ctx.occurred_at
    await desk.casino(uow.connection, casino_id)
    if until is not None and until <= now:
        raise Invalid("It is over.", field="until")
    found = await listable(desk, uow.connection, casino_id, kind, named)
    entry = Entry(
        id=uuid7(),
        casino_id=casino_id,
        list=name,
        kind=kind,
        key=found.key,
        until=until,
        rule=None,
        player_id=found.player_id,
        added_by=uow.ctx.actor.id,
        added_at=now,
    )
    kept = await desk.fraud.lists.add(uow.connection, entry)
    await uow.publish(_changed(kept, added=True))
    return kept


async def remove_entry(desk: Desk, uow: UnitOfWork, casino_id: UUID, entry_id: UUID) -> Entry:
    """Take it off. Raises NotFound."""
    entry = await desk.fraud.lists.remove(uow.connection, casino_id, entry_id)
    if entry is None:
        raise NotFound
    await uow.publish(_changed(entry, added=False))
    return entry


def _changed(entry: Entry, *, added: bool) -> FraudListChanged:
    return FraudListChanged(
        casino_id=entry.casino_id, entry_id=entry.id, list_name=entry.list, kind=entry.kind, added=added
    )

"""People put things on a casino's block list or allow list, and take them off."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import Invalid, NotFound, uuid7
from chassis.store import UnitOfWork
from contracts.payments.fraud_events import FraudListChanged
from payments.application.desk import Desk
from payments.application.fraud.naming import Listable, Named, listable
from payments.application.fraud.ports import Entry


async def listable_until(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, kind: str, named: Named, until: datetime | None
) -> Listable:
    """What is named, if it can stand on a list until then.

    Raises:
        Invalid: it is no such thing, as `listable` says, or `until` is over.
        CasinoUnknown: there is no such casino.
    """
    await desk.casino(uow.connection, casino_id)
    _ensure_ahead(uow, until)
    return await listable(desk, uow.connection, casino_id, kind, named)


async def add_entry(
    desk: Desk,
    uow: UnitOfWork,
    casino_id: UUID,
    *,
    name: Literal["block", "allow"],
    kind: str,
    what: Listable,
    until: datetime | None,
) -> Entry:
    """Put it on the list, as a fingerprint unless it is a player. Invalid: `until` is over."""
    _ensure_ahead(uow, until)
    entry = Entry(
        id=uuid7(),
        casino_id=casino_id,
        list=name,
        kind=kind,
        key=what.key,
        until=until,
        rule=None,
        player_id=what.player_id,
        added_by=uow.ctx.actor.id,
        added_at=uow.ctx.occurred_at,
    )
    kept = await desk.fraud.lists.add(uow.connection, entry)
    await uow.publish(_changed(kept, added=True))
    return kept


def _ensure_ahead(uow: UnitOfWork, until: datetime | None) -> None:
    if until is not None and until <= uow.ctx.occurred_at:
        raise Invalid("It is over.", field="until")


async def the_entry(desk: Desk, uow: UnitOfWork, entry_id: UUID, name: Literal["block", "allow"]) -> Entry:
    """What stands there. NotFound: it does not, or on the other list."""
    entry = await desk.fraud.lists.find(uow.connection, entry_id)
    if entry is None or entry.list != name:
        raise NotFound
    return entry


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

"""People put things on a casino's block list or allow list, and take them off."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import Invalid, NotFound, uuid7
from chassis.store import UnitOfWork
from contracts.payments.fraud_events import FraudListChanged
from payments.application.desk import Desk
from payments.application.fraud.ports import Entry


async def add_entry(
    desk: Desk,
    uow: UnitOfWork,
    casino_id: UUID,
    *,
    name: Literal["block", "allow"],
    kind: str,
    value: str | None,
    decision_id: UUID | None = None,
    until: datetime | None,
) -> Entry:
    """Put it on the list, as a fingerprint unless it is a player: what `value` says, or what the payment came with that
    the decision is about.

    Raises:
        Invalid: it is no such thing, there is no such decision, its payment came without, or `until` is over.
        CasinoUnknown: there is no such casino.
    """
    now = uow.ctx.occurred_at
    await desk.casino(uow.connection, casino_id)
    if until is not None and until <= now:
        raise Invalid("It is over.", field="until")
    if (value is None) == (decision_id is None):
        raise Invalid("Either `value` or `decision_id`.", field="value")
    player_id: UUID | None
    if decision_id is not None:
        player_id, key = await _of_decision(desk, uow, casino_id, kind, decision_id)
    else:
        player_id, key = await _said(desk, uow, casino_id, kind, str(value))
    entry = Entry(
        id=uuid7(),
        casino_id=casino_id,
        list=name,
        kind=kind,
        key=key,
        until=until,
        rule=None,
        player_id=player_id,
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


async def _of_decision(desk: Desk, uow: UnitOfWork, casino_id: UUID, kind: str, decision_id: UUID) -> tuple[UUID, str]:
    """Because of whom, and the fingerprint."""
    row = await desk.fraud.decisions.find(uow.connection, decision_id)
    if row is None or row["casino_id"] != casino_id:
        raise Invalid("There is no such decision at this casino.", field="decision_id")
    if kind not in row["keys"]:
        raise Invalid(f"Nothing is known of the payment's {kind}.", field="decision_id")
    return row["player_id"], row["keys"][kind]


async def _said(desk: Desk, uow: UnitOfWork, casino_id: UUID, kind: str, value: str) -> tuple[UUID | None, str]:
    """Who it is, or whose, and the fingerprint."""
    player_id = _id(value, "The id of a player.") if kind == "player" else None
    text = str(player_id or value)
    if kind in ("instrument", "payout"):
        wrong = "The id of an instrument of this casino; or name a decision."
        known = await desk.instruments.find(uow.connection, _id(value, wrong))
        if known is None or known.casino_id != casino_id:
            raise Invalid(wrong, field="value")
        player_id, text = known.player_id, known.fingerprint
    key = desk.fraud.fingerprints.one(casino_id, kind, text)
    if key is None:
        raise Invalid(f"It is no {kind} of the internet.", field="value")
    return player_id, key


def _id(value: str, what: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Invalid(what, field="value") from None

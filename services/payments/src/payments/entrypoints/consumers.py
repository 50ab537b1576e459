"""What payments does with the events of others. Everything here is one effect per event, in order per player."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from chassis.messaging import Consumer
from chassis.messaging.casino_zones import casino_zones
from chassis.store import UnitOfWork
from contracts.backoffice.events import (
    PersonalDataErased,
    PlayerBlocked,
    PlayerContactsMarked,
    PlayerProfileChanged,
    PlayerRegistered,
    PlayerUnblocked,
    RestrictionFeedBeat,
    SelfExclusionStarted,
)
from contracts.envelope import Envelope
from contracts.verification.events import HitDecided
from payments.adapters.restriction_feed import note_beat
from payments.application.desk import Desk
from payments.application.erasure import ERASE
from payments.application.fraud.hearing import link_contacts
from payments.application.instruments.comparing import compare_all
from payments.application.known import CONSUMER
from payments.application.restrictions import apply_restrictions, hold_or_apply
from payments.domain.fraud.features import CONTACTS
from payments.read_models.casino_rules import casino_rules
from payments.read_models.directory import RESTRICTING
from payments.read_models.player_standing import player_standing

_NAMES = frozenset({"first_name", "last_name"})


def consumer(desk: Desk) -> Consumer:
    """The one consumer of payments. Casinos, limits and levels need no handler: they are read where they are used."""

    async def open_wallet(uow: UnitOfWork, _: Envelope, event: PlayerRegistered) -> None:
        await desk.ledger.open_wallet(uow.connection, event.casino_id, event.player_id, event.currency)
        await apply_restrictions(desk, uow, event.player_id)

    async def restrict(
        uow: UnitOfWork, _: Envelope, event: PlayerBlocked | PlayerUnblocked | SelfExclusionStarted | HitDecided
    ) -> None:
        await apply_restrictions(desk, uow, event.player_id)

    async def rename(uow: UnitOfWork, _: Envelope, event: PlayerProfileChanged) -> None:
        if not _NAMES.isdisjoint(event.fields):
            await compare_all(desk, uow, event.player_id, event.casino_id)

    async def connect(uow: UnitOfWork, _: Envelope, event: PlayerContactsMarked) -> None:
        marks = event.model_dump(include={*CONTACTS}, exclude_none=True)
        await link_contacts(desk.fraud, uow, event.casino_id, event.player_id, marks)

    async def forget(uow: UnitOfWork, _: Envelope, event: PersonalDataErased) -> None:
        await apply_restrictions(desk, uow, event.player_id)
        await desk.fraud.features.forget_contacts(uow.connection, event.casino_id, event.player_id)
        await uow.schedule(ERASE, event.player_id, {"casino_id": str(event.casino_id)})

    async def hold_or_free(uow: UnitOfWork, keys: Collection[tuple[str, str]]) -> None:
        """What was set aside may be an exclusion: until somebody looked at it, its player neither bets nor pays in."""
        for topic, key in sorted(keys):
            player_id = _player(key) if topic in RESTRICTING else None
            if player_id is not None:
                await hold_or_apply(desk, uow, player_id)

    handlers: dict[Any, Any] = {
        PlayerRegistered: open_wallet,
        PlayerBlocked: restrict,
        PlayerUnblocked: restrict,
        SelfExclusionStarted: restrict,
        HitDecided: restrict,
        PlayerProfileChanged: rename,
        PlayerContactsMarked: connect,
        RestrictionFeedBeat: _hear_beat,
        PersonalDataErased: forget,
    }
    return Consumer(
        CONSUMER,
        handlers=handlers,
        read_models=[casino_rules, casino_zones, player_standing],
        parked_changed=hold_or_free,
    )


async def _hear_beat(uow: UnitOfWork, _: Envelope, event: RestrictionFeedBeat) -> None:
    await note_beat(uow.connection, event.partition, event.sent_at)


def _player(key: str) -> UUID | None:
    """Whose events have this key; None for the signs of life, which are about nobody."""
    try:
        return UUID(key)
    except ValueError:
        return None

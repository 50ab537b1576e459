"""What security does with other services' events: the audit log of all, and who may come in."""

from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.messaging import Consumer
from chassis.messaging.casino_zones import casino_zones
from chassis.store import UnitOfWork
from contracts.backoffice.events import PersonalDataErased, PlayerBlocked, PlayerRegistered, PlayerUnblocked
from contracts.envelope import Envelope
from contracts.platform.events import DecisionsCounted, PermissionManifestPublished, RevealLimitReached
from security.adapters import catalogue, clients, credentials, sessions, usage
from security.adapters.tables import player_account
from security.entrypoints import alarms
from security.read_models.audit_log import audit_log
from security.read_models.client_list import client_list

_log = structlog.get_logger(__name__)


async def manifest_published(uow: UnitOfWork, envelope: Envelope, event: PermissionManifestPublished) -> None:
    """The catalogue follows what services declare, each about its own permissions and no other's."""
    foreign = sorted(one.id for one in event.permissions if not one.id.startswith(f"{event.service}."))
    if foreign or envelope.service != event.service:
        _log.error("manifest_refused", service=event.service, source=envelope.source, foreign=foreign[:5])
        return
    await catalogue.take(uow, event)


async def decisions_counted(uow: UnitOfWork, _: Envelope, event: DecisionsCounted) -> None:
    """What is used is known before a role is changed, and when a program last signed a request."""
    await usage.add(uow, event)
    table = client_list.table
    asked = {one.subject_id for one in event.counts}
    programs = await uow.connection.execute(select(table.c.client_id).where(table.c.client_id.in_(asked)))
    for client_id in sorted(programs.scalars()):
        await clients.seen(uow.connection, client_id, event.counted_at)


async def reveal_limit_reached(uow: UnitOfWork, _: Envelope, event: RevealLimitReached) -> None:
    """Somebody must look at it."""
    await alarms.too_many_reveals(uow, event)


async def player_registered(uow: UnitOfWork, _: Envelope, event: PlayerRegistered) -> None:
    """From now on the player's password opens the casino's door."""
    await uow.connection.execute(
        insert(player_account).values(player_id=event.player_id, casino_id=event.casino_id).on_conflict_do_nothing()
    )
    await credentials.confirm_player(uow, event.player_id)


async def player_blocked(uow: UnitOfWork, _: Envelope, event: PlayerBlocked) -> None:
    """A blocked player is out at once."""
    await _block(uow, event.player_id, blocked=True)
    await sessions.end_sessions(uow, event.player_id, "blocked")


async def player_unblocked(uow: UnitOfWork, _: Envelope, event: PlayerUnblocked) -> None:
    """The player may log in again."""
    await _block(uow, event.player_id, blocked=False)


async def personal_data_erased(uow: UnitOfWork, _: Envelope, event: PersonalDataErased) -> None:
    """Nothing that leads to the person stays, and the account is closed for good.

    In this order: a log-in under way holds the credential, so its session is there to be ended afterwards.
    """
    await credentials.forget(uow, event.player_id)
    await _block(uow, event.player_id, blocked=True)
    await sessions.end_sessions(uow, event.player_id, "disabled")


async def _block(uow: UnitOfWork, player_id: UUID, *, blocked: bool) -> None:
    await uow.connection.execute(
        update(player_account).where(player_account.c.player_id == player_id).values(blocked=blocked)
    )


HANDLERS: dict[type[Any], Any] = {
    PermissionManifestPublished: manifest_published,
    DecisionsCounted: decisions_counted,
    RevealLimitReached: reveal_limit_reached,
    PlayerRegistered: player_registered,
    PlayerBlocked: player_blocked,
    PlayerUnblocked: player_unblocked,
    PersonalDataErased: personal_data_erased,
}


def consumer() -> Consumer:
    """Security's one consumer group."""
    return Consumer("security", handlers=HANDLERS, read_models=[audit_log, casino_zones], on_parked="block_key")

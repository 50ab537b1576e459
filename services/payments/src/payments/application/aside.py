"""What people do with a notification that was set aside: open it, have it handled again, be done with it."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import msgspec

from chassis.auth import Caller
from chassis.auth.acts import act
from chassis.domain import DomainError, NotFound
from chassis.store import CasinoScope, UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.notifications import SEALED, SEALED_HEADERS, Mail, apply_notification, read_genuine
from payments.application.outcomes import NotificationOutcome
from payments.application.ports import MayTake, Notification
from payments.application.stores import KeptNotification

_HEADERS: Final = msgspec.json.Decoder(dict[str, str])


class NotificationClosed(DomainError):
    """The notification does not wait for a person, or not any more."""

    code = "notification_closed"


class NotificationNotReplayable(DomainError):
    """Nothing that could be handled again came from outside, or the secret it was signed with is kept no longer."""

    code = "notification_not_replayable"


async def open_notification(desk: Desk, uow: UnitOfWork, caller: Caller, id_: UUID) -> str | None:
    """The body as it came, bytes that are no UTF-8 replaced; None where none is kept. That it was seen is recorded.

    Raises:
        NotFound: there is no such notification, or not for this caller.
    """
    kept = await _kept(desk, uow, caller, id_)
    await _record(uow, caller, "payments.notification.view", kept, P.NOTIFICATION_VIEW)
    if kept.sealed is None:
        return None
    return desk.box.open_bytes(kept.sealed, label=SEALED).decode(errors="replace")


async def replay_notification(desk: Desk, uow: UnitOfWork, caller: Caller, id_: UUID) -> None:
    """Handle it as if it came now. Applied, it is closed, at once or when the provider has answered what it has us
    ask; otherwise it waits on, with what is wrong with it now.

    It is verified again, as at the moment it came. The provider is told nothing: it was answered.

    Raises:
        NotFound: there is no such notification, or not for this caller.
        NotificationClosed, NotificationNotReplayable: nothing is to be done with it, or nothing can be.
    """
    kept = await _waiting(desk, uow, caller, id_)
    whole = uow.ctx
    # As a provider's word about this casino's money, whatever else the caller may reach.
    uow.ctx = replace(whole, casino_id=kept.casino_id, scope=CasinoScope.of(kept.casino_id))
    mail, notification = await _again(desk, uow, kept)
    handled, code = await apply_notification(desk, uow, mail, notification)
    uow.ctx = whole
    await desk.notifications.becomes(uow.connection, id_, handled, code or kept.code or "unclear", whole.occurred_at)
    if handled.outcome not in (NotificationOutcome.SET_ASIDE, NotificationOutcome.ASKING):
        await desk.notifications.close(uow.connection, id_, uow.ctx.actor.id, uow.ctx.occurred_at)
    details = {"outcome": handled.outcome.value}
    await _record(uow, caller, "payments.notification.replay", kept, P.NOTIFICATION_REPLAY, details)


async def resolve_notification(desk: Desk, uow: UnitOfWork, caller: Caller, id_: UUID) -> None:
    """Be done with it: what it is about was put right elsewhere, or needs nothing. It is not applied.

    Raises:
        NotFound: there is no such notification, or not for this caller.
        NotificationClosed: it does not wait.
    """
    kept = await _waiting(desk, uow, caller, id_)
    await desk.notifications.close(uow.connection, id_, uow.ctx.actor.id, uow.ctx.occurred_at)
    await _record(uow, caller, "payments.notification.resolve", kept, P.NOTIFICATION_RESOLVE)


async def _again(desk: Desk, uow: UnitOfWork, kept: KeptNotification) -> tuple[Mail, Notification]:
    provider = desk.providers.get(kept.provider)
    account = await desk.accounts.find(uow.connection, kept.casino_id, kept.provider)
    if kept.sealed is None or provider is None or account is None:
        raise NotificationNotReplayable
    headers = (
        {}
        if kept.sealed_headers is None
        else _HEADERS.decode(desk.box.open_bytes(kept.sealed_headers, label=SEALED_HEADERS))
    )
    raw = desk.box.open_bytes(kept.sealed, label=SEALED)
    mail = Mail(casino_id=kept.casino_id, provider=kept.provider, raw=raw, headers=headers, ip=None)
    read = read_genuine(provider, account, mail, kept.received_at)
    if read is None or isinstance(read[1].said, MayTake):  # A question was answered with no; nobody waits for a yes.
        raise NotificationNotReplayable
    return mail, read[1]


async def _kept(desk: Desk, uow: UnitOfWork, caller: Caller, id_: UUID) -> KeptNotification:
    kept = await desk.notifications.kept(uow.connection, id_)
    if kept is None:
        raise NotFound
    caller.must_see(kept.casino_id)
    return kept


async def _waiting(desk: Desk, uow: UnitOfWork, caller: Caller, id_: UUID) -> KeptNotification:
    kept = await _kept(desk, uow, caller, id_)
    if not kept.open:
        raise NotificationClosed
    return kept


async def _record(
    uow: UnitOfWork,
    caller: Caller,
    action: str,
    kept: KeptNotification,
    permission: P,
    details: dict[str, Any] | None = None,
) -> None:
    uow.ctx = uow.ctx.for_casino(kept.casino_id)
    fact = act(
        caller,
        uow.ctx,
        action,
        ("provider_notification", kept.id),
        permission=permission,
        casino_id=kept.casino_id,
        details={"provider": kept.provider, "code": kept.code, **(details or {})},
    )
    await uow.publish(fact)

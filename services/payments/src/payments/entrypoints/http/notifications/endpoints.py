"""Notifications of providers: what was applied, what changed nothing, and what waits for a person to deal with."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from chassis.auth import Caller, Requires
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.tables import provider_notification as table
from payments.application.aside import open_notification, replay_notification, resolve_notification
from payments.application.desk import Desk
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.notifications.listing import NOTIFICATIONS
from payments.entrypoints.http.notifications.schemas import NotificationBody, NotificationItem, NotificationView

router = APIRouter(prefix="/api/payments/v1/provider-notifications", tags=["provider notifications"])

serve_list(
    router,
    "",
    NOTIFICATIONS,
    Requires(P.NOTIFICATION_LIST),
    item=NotificationItem,
    export=P.NOTIFICATION_EXPORT,
    summary="What providers notified us of, newest first, and what became of it; set aside is what a person must see.",
)

Deal = Callable[[Desk, UnitOfWork, Caller, UUID], Awaitable[None]]


@router.get("/{notification_id}", response_model=NotificationView)
async def show_notification(
    caller: Annotated[Caller, Requires(P.NOTIFICATION_VIEW)], notification_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One of them by our id, with what came where it was set aside. The look is kept."""

    async def work(uow: UnitOfWork) -> NotificationView:
        body = await open_notification(desk, uow, caller, notification_id)
        return NotificationView(**await _row(uow, notification_id), body=body)

    view = await desk.app.transact(work, caller.context(request))
    return as_listed(NOTIFICATIONS, view, request, caller, view.casino_id)


@router.post("/{notification_id}/replay", response_model=NotificationItem)
async def replay(
    caller: Annotated[Caller, Requires(P.NOTIFICATION_REPLAY)],
    notification_id: UUID,
    body: NotificationBody,
    once: Once,
    request: Request,
    desk: TheDesk,
) -> Response:
    """Have it handled as if it came now. What cannot be applied now either waits on."""
    return await _dealt(replay_notification, caller, notification_id, body, once, request, desk)


@router.post("/{notification_id}/resolve", response_model=NotificationItem)
async def resolve(
    caller: Annotated[Caller, Requires(P.NOTIFICATION_RESOLVE)],
    notification_id: UUID,
    body: NotificationBody,
    once: Once,
    request: Request,
    desk: TheDesk,
) -> Response:
    """Be done with it: what it is about was put right elsewhere, or needs nothing. It is not applied."""
    return await _dealt(resolve_notification, caller, notification_id, body, once, request, desk)


async def _dealt(
    deal: Deal, caller: Caller, id_: UUID, body: NotificationBody, once: Once, request: Request, desk: Desk
) -> Response:
    async def work(uow: UnitOfWork) -> NotificationItem:
        await deal(desk, uow, caller, id_)
        return NotificationItem(**await _row(uow, id_))

    answered = await once(caller, work, status=200, reason=body.reason)
    item = NotificationItem.model_validate_json(bytes(answered.body))
    return made_anew(as_listed(NOTIFICATIONS, item, request, caller, item.casino_id), answered)


async def _row(uow: UnitOfWork, id_: UUID) -> dict[str, Any]:
    columns = [table.c[name] for name in NotificationItem.model_fields]
    found = await uow.connection.execute(select(*columns).where(table.c.id == id_))
    return dict(found.mappings().one())

"""Notifications of providers: what was applied, what changed nothing, and what waits for a person."""

from fastapi import APIRouter

from chassis.auth import Requires
from chassis.http.listing import serve_list
from contracts.payments.permissions import PaymentsPermission as P
from payments.entrypoints.http.notifications.listing import NOTIFICATIONS
from payments.entrypoints.http.notifications.schemas import NotificationItem

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

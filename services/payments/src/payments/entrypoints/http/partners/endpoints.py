"""Providers' notifications. The signature is checked over the bytes as they arrived, before anything is believed."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Public
from payments.application.notifications import Mail, receive_notification
from payments.entrypoints.http.desk import TheDesk

router = APIRouter(prefix="/partner/payments", tags=["partners"])


@router.post(
    "/{provider}/{casino_id}/notifications",
    dependencies=[Public("signed by the provider as its protocol says, with what is in the casino's account")],
)
async def receive(provider: str, casino_id: UUID, request: Request, desk: TheDesk) -> Response:
    """A notification of a payment provider's, answered in its own form. Anything but a 2xx makes it come again."""
    mail = Mail(
        casino_id=casino_id,
        provider=provider,
        raw=await request.body(),
        headers={name.lower(): value for name, value in request.headers.items()},
        ip=request.client.host if request.client else None,
    )
    reply = await receive_notification(desk, mail)
    return Response(reply.body, media_type=reply.media_type, headers=dict(reply.headers))

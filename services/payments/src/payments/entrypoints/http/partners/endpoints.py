"""Providers' notifications. The signature is checked over the bytes as they arrived, before anything is believed."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Public
from payments.application.desk import Desk
from payments.application.notifications import Mail, receive_notification
from payments.entrypoints.http.desk import TheDesk

router = APIRouter(prefix="/partner", tags=["partners"])


@router.post("/stripe/{casino_id}/webhook", dependencies=[Public("signed by Stripe with the casino's webhook secret")])
async def stripe_webhook(casino_id: UUID, request: Request, desk: TheDesk) -> Response:
    """An event of Stripe's. Anything but a 2xx makes Stripe send it again."""
    return await _receive(desk, "stripe", casino_id, request)


@router.post(
    "/trustly/{casino_id}/notifications",
    dependencies=[Public("signed by Trustly with the key in the casino's account")],
)
async def trustly_notification(casino_id: UUID, request: Request, desk: TheDesk) -> Response:
    """A notification of Trustly's, answered with a signed OK or FAILED."""
    return await _receive(desk, "trustly", casino_id, request)


async def _receive(desk: Desk, provider: str, casino_id: UUID, request: Request) -> Response:
    mail = Mail(
        casino_id=casino_id,
        provider=provider,
        raw=await request.body(),
        headers={name.lower(): value for name, value in request.headers.items()},
        ip=request.client.host if request.client else None,
    )
    return Response(await receive_notification(desk, mail), media_type="application/json")

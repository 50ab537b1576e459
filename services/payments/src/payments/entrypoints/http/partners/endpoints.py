"""Providers' notifications, and the questions of cashiers that are not ours.

The signature is checked over the bytes as they arrived, before anything is believed.
"""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Public
from chassis.http.problems import RequestProblem
from chassis.store import ConcurrentChange
from payments.application.hosted_cashier import answer_cashier
from payments.application.inverted import Step
from payments.application.notifications import Mail, receive_notification
from payments.entrypoints.http.desk import TheDesk

router = APIRouter(prefix="/partner/payments", tags=["partners"])


@router.post(
    "/{provider}/{casino_id}/notifications",
    dependencies=[Public("signed by the provider as its protocol says, with what is in the casino's account")],
)
async def receive(provider: str, casino_id: UUID, request: Request, desk: TheDesk) -> Response:
    """A notification of a payment provider's, answered in its own form. Anything but a 2xx makes it come again."""
    reply = await receive_notification(desk, await _mail(provider, casino_id, request))
    return Response(reply.body, media_type=reply.media_type, headers=dict(reply.headers))


@router.post(
    "/paymentiq/{casino_id}/{step}",
    dependencies=[Public("signed as we say, from networks that the casino's account names")],
)
async def asked_by_paymentiq(casino_id: UUID, step: Step, request: Request, desk: TheDesk) -> Response:
    """A question of PaymentIQ's cashier, answered in its own form; a no has status 200 as well."""
    try:
        reply = await answer_cashier(desk, await _mail("paymentiq", casino_id, request), step)
    except ConcurrentChange as busy:
        raise RequestProblem(503, busy.code, "Ask again in a moment.", headers={"Retry-After": "1"}) from None
    return Response(reply.body, media_type=reply.media_type)


async def _mail(provider: str, casino_id: UUID, request: Request) -> Mail:
    return Mail(
        casino_id=casino_id,
        provider=provider,
        raw=await request.body(),
        headers={name.lower(): value for name, value in request.headers.items()},
        ip=request.client.host if request.client else None,
    )

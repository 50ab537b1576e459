"""A player's way into a cashier that is not ours. What it asks of us then comes to `entrypoints/http/partners`."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, Player
from payments.application.errors import CasinoUnknown
from payments.application.hosted_session import open_session
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.hosted_cashier.schemas import CashierSessionView, SessionBody

router = APIRouter(prefix="/api/payments/v1/cashier-sessions", tags=["cashier sessions"])


@router.post("", response_model=CashierSessionView)
async def open_a_session(
    caller: Annotated[Caller, Player("the cashier is the player's")], body: SessionBody, desk: TheDesk
) -> CashierSessionView:
    """Prove to the cashier who the player is, for half an hour. Nothing is made and nothing is kept."""
    if caller.casino_id is None:
        raise CasinoUnknown
    opened = await open_session(desk, body.provider, caller.casino_id, caller.id, body.locale)
    return CashierSessionView(
        provider=opened.provider,
        user_id=opened.user,
        session_id=opened.session,
        valid_for_s=int(opened.valid_for.total_seconds()),
        frontend=dict(opened.frontend),
    )

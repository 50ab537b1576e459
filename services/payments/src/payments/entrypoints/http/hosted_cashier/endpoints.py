"""A player's way to a page that is not ours: a cashier's, or a provider's on which he says where his money shall go.

What they ask of us or tell us then comes to `entrypoints/http/partners`.
"""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, Player
from payments.application.errors import CasinoUnknown
from payments.application.hosted_session import open_session
from payments.application.processes.request_process import PAGE, RequestProcess, Wish
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.hosted_cashier.schemas import (
    CashierSessionView,
    SessionBody,
    WithdrawalSessionBody,
    WithdrawalSessionView,
)

router = APIRouter(prefix="/api/payments/v1", tags=["cashier sessions"])


@router.post("/cashier-sessions", response_model=CashierSessionView)
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


@router.post("/withdrawal-sessions", response_model=WithdrawalSessionView)
async def open_a_withdrawal_session(
    caller: Annotated[Caller, Player("only the player takes his money out")],
    body: WithdrawalSessionBody,
    desk: TheDesk,
) -> WithdrawalSessionView:
    """Have a page opened on which the player says where his money shall go. Nothing is on hold before he has; opened
    twice, there are two pages and still no withdrawal.
    """
    if caller.casino_id is None:
        raise CasinoUnknown
    wish = Wish(
        player_id=caller.id,
        casino_id=caller.casino_id,
        provider=body.provider,
        amount_minor=body.amount_minor,
        currency=body.currency,
        return_url=str(body.return_url),
        locale=body.locale,
    )
    withdrawal_id, url = await RequestProcess(desk).open(wish)
    return WithdrawalSessionView(
        provider=body.provider, withdrawal_id=withdrawal_id, url=url, valid_for_s=int(PAGE.total_seconds())
    )

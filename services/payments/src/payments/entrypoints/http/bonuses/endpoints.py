"""Bonus money of players: what people do with it, a list of that, and the casino's rule for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import one_of
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.bonuses import MOVE_BONUS
from payments.entrypoints.http.bonuses.guarded import (
    SET_BONUS_POLICY,
    BonusPayload,
    BonusPolicyPayload,
)
from payments.entrypoints.http.bonuses.listing import BONUSES
from payments.entrypoints.http.bonuses.schemas import BonusBody, BonusItem, BonusPolicyBody, BonusPolicyView
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.wallets.endpoints import visible_wallets

router = APIRouter(prefix="/api/payments/v1", tags=["bonuses"])

serve_list(
    router,
    "/bonuses",
    BONUSES,
    Requires(P.ADJUSTMENT_LIST),
    item=BonusItem,
    export=P.ADJUSTMENT_EXPORT,
    summary="Bonus money that people gave, took back or made cash, newest first.",
)


@router.get("/bonuses/{bonus_id}", response_model=BonusItem)
async def show_bonus(
    caller: Annotated[Caller, Requires(P.ADJUSTMENT_LIST)], bonus_id: UUID, request: Request, db: Db
) -> Response:
    """One of them. Why it was done stands with the proposal whose subject it is."""
    return await one_of(BONUSES, BonusItem, bonus_id, request, caller, db)


@router.post("/players/{player_id}/bonuses", **PROPOSED)
async def propose_bonus(
    caller: Annotated[Caller, Requires(P.BONUS_CREATE, proposes=True)],
    player_id: UUID,
    body: BonusBody,
    db: Db,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a player is given a bonus, that it is taken back or becomes his own money; a second person approves.

    What the bonus does not hold cannot be taken from it.
    """
    wallets = await visible_wallets(db, caller, player_id)
    payload = BonusPayload(
        bonus_id=uuid7(), casino_id=wallets[0].casino_id, player_id=player_id, **body.model_dump(exclude={"reason"})
    )
    return await proposing(caller, MOVE_BONUS, payload, reason=body.reason, once=once)


@router.put("/casinos/{casino_id}/bonus-policy", **PROPOSED)
async def put_bonus_policy(
    caller: Annotated[Caller, Requires(P.POLICY_SET, proposes=True)],
    casino_id: UUID,
    body: BonusPolicyBody,
    proposing: Proposing,
) -> Response:
    """Propose whether stakes are taken from cash or from the bonus first; a second person approves that."""
    caller.must_see(casino_id)
    return await proposing(caller, SET_BONUS_POLICY, BonusPolicyPayload(casino_id=casino_id, **body.model_dump()))


@router.get("/casinos/{casino_id}/bonus-policy")
async def get_bonus_policy(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> BonusPolicyView:
    """From where stakes are taken first; where nothing is set, from cash."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        order = await desk.ledger.order_of_use(connection, casino_id)
    return BonusPolicyView(casino_id=casino_id, order_of_use=order)

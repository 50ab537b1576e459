"""Adjustments: proposed by one person, agreed to by another, and looked at by whoever may."""

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
from payments.entrypoints.http.adjustments.guarded import ADJUST_WALLET, AdjustmentPayload
from payments.entrypoints.http.adjustments.listing import ADJUSTMENTS
from payments.entrypoints.http.adjustments.schemas import AdjustmentBody, AdjustmentItem
from payments.entrypoints.http.wallets.endpoints import visible_wallets

router = APIRouter(prefix="/api/payments/v1", tags=["adjustments"])

serve_list(
    router,
    "/adjustments",
    ADJUSTMENTS,
    Requires(P.ADJUSTMENT_LIST),
    item=AdjustmentItem,
    export=P.ADJUSTMENT_EXPORT,
    summary="What people moved by hand between the house and players, newest first.",
)


@router.get("/adjustments/{adjustment_id}", response_model=AdjustmentItem)
async def show_adjustment(
    caller: Annotated[Caller, Requires(P.ADJUSTMENT_LIST)], adjustment_id: UUID, request: Request, db: Db
) -> Response:
    """One adjustment."""
    return await one_of(ADJUSTMENTS, AdjustmentItem, adjustment_id, request, caller, db)


@router.post("/players/{player_id}/adjustments", **PROPOSED)
async def propose_adjustment(
    caller: Annotated[Caller, Requires(P.ADJUSTMENT_CREATE, proposes=True)],
    player_id: UUID,
    body: AdjustmentBody,
    db: Db,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that money goes to a player or is taken from him; a second person approves it, and only then it moves.

    What the player does not hold cannot be taken. To undo an adjustment, propose the opposite one. The same proposed
    again for the same reason, while the first waits, is the same proposal.
    """
    wallets = await visible_wallets(db, caller, player_id)
    payload = AdjustmentPayload(
        adjustment_id=uuid7(),
        casino_id=wallets[0].casino_id,
        player_id=player_id,
        **body.model_dump(exclude={"reason"}),
    )
    return await proposing(caller, ADJUST_WALLET, payload, reason=body.reason, once=once)

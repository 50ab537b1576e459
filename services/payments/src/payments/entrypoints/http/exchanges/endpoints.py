"""Money of one currency for money of another: proposed, agreed to, done at the rates of that moment."""

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
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.exchanges.guarded import (
    EXCHANGE,
    SET_EXCHANGE_POLICY,
    ExchangePayload,
    ExchangePolicyPayload,
)
from payments.entrypoints.http.exchanges.listing import EXCHANGES
from payments.entrypoints.http.exchanges.schemas import (
    ExchangeBody,
    ExchangeItem,
    ExchangePolicyBody,
    ExchangePolicyView,
)
from payments.entrypoints.http.wallets.endpoints import visible_wallets

router = APIRouter(prefix="/api/payments/v1", tags=["exchanges"])

serve_list(
    router,
    "/exchanges",
    EXCHANGES,
    Requires(P.ADJUSTMENT_LIST),
    item=ExchangeItem,
    export=P.ADJUSTMENT_EXPORT,
    summary="Money of one currency that became money of another, newest first: how much, at what rate and spread.",
)


@router.get("/exchanges/{exchange_id}", response_model=ExchangeItem)
async def show_exchange(
    caller: Annotated[Caller, Requires(P.ADJUSTMENT_LIST)], exchange_id: UUID, request: Request, db: Db
) -> Response:
    """One exchange. Why it was made stands with the proposal whose subject it is."""
    return await one_of(EXCHANGES, ExchangeItem, exchange_id, request, caller, db)


@router.post("/players/{player_id}/exchanges", **PROPOSED)
async def propose_exchange(
    caller: Annotated[Caller, Requires(P.ADJUSTMENT_CREATE, proposes=True)],
    player_id: UUID,
    body: ExchangeBody,
    db: Db,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a player's cash of one currency becomes cash of another; a second person approves it.

    The casino's rule must allow it, and rates must be no older than the installation allows, four days as a rule.
    """
    wallets = await visible_wallets(db, caller, player_id)
    said = body.model_dump(exclude={"reason"})
    payload = ExchangePayload(exchange_id=uuid7(), casino_id=wallets[0].casino_id, player_id=player_id, **said)
    return await proposing(caller, EXCHANGE, payload, reason=body.reason, once=once)


@router.put("/casinos/{casino_id}/exchange-policy", **PROPOSED)
async def put_exchange_policy(
    caller: Annotated[Caller, Requires(P.POLICY_SET, proposes=True)],
    casino_id: UUID,
    body: ExchangePolicyBody,
    proposing: Proposing,
) -> Response:
    """Propose whether the casino exchanges money and what it keeps; a second person approves that."""
    caller.must_see(casino_id)
    payload = ExchangePolicyPayload(casino_id=casino_id, **body.model_dump())
    return await proposing(caller, SET_EXCHANGE_POLICY, payload)


@router.get("/casinos/{casino_id}/exchange-policy")
async def get_exchange_policy(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> ExchangePolicyView:
    """Whether the casino exchanges money; where nothing is set, it does not."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        policy = await desk.exchanges.policy(connection, casino_id)
    return ExchangePolicyView(casino_id=casino_id, enabled=policy.enabled, spread_bp=policy.spread_bp)

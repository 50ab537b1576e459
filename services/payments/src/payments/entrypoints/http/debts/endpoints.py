"""What players owe for what was taken back: written off by two people, and what it stops meanwhile."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import Db, Once
from contracts.payments.permissions import PaymentsPermission as P
from payments.entrypoints.http.debts.guarded import SET_DEBT_POLICY, WRITE_OFF, DebtPolicyPayload, WriteOffPayload
from payments.entrypoints.http.debts.schemas import DebtPolicyBody, DebtPolicyView, WriteOffBody
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.wallets.endpoints import visible_wallets

router = APIRouter(prefix="/api/payments/v1", tags=["debts"])


@router.post("/players/{player_id}/debt-write-offs", **PROPOSED)
async def propose_write_off(
    caller: Annotated[Caller, Requires(P.DEBT_WRITE_OFF, proposes=True)],
    player_id: UUID,
    body: WriteOffBody,
    db: Db,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a debt of a player is the house's loss; a second person approves it, and only then it is booked.

    No more than he owes, and not while a bank may yet give it back. What was written off is on the list of adjustments.
    """
    wallets = await visible_wallets(db, caller, player_id)
    said = body.model_dump(exclude={"reason"})
    payload = WriteOffPayload(write_off_id=uuid7(), casino_id=wallets[0].casino_id, player_id=player_id, **said)
    return await proposing(caller, WRITE_OFF, payload, reason=body.reason, once=once)


@router.put("/casinos/{casino_id}/debt-policy", **PROPOSED)
async def put_debt_policy(
    caller: Annotated[Caller, Requires(P.POLICY_SET, proposes=True)],
    casino_id: UUID,
    body: DebtPolicyBody,
    proposing: Proposing,
) -> Response:
    """Propose what a chargeback stops that leaves its player in debt; a second person approves that."""
    caller.must_see(casino_id)
    return await proposing(caller, SET_DEBT_POLICY, DebtPolicyPayload(casino_id=casino_id, **body.model_dump()))


@router.get("/casinos/{casino_id}/debt-policy")
async def get_debt_policy(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> DebtPolicyView:
    """What a chargeback stops that leaves its player in debt; where nothing is set, his bets and deposits."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        stops = await desk.debts.stops(connection, casino_id)
    return DebtPolicyView(casino_id=casino_id, stops=stops)

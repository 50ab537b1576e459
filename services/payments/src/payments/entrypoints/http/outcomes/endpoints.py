"""What became of an order where its provider does not say it: proposed by one person, agreed to by another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.http import Once
from contracts.payments.permissions import PaymentsPermission as P
from payments.entrypoints.http.outcomes.guarded import (
    RESOLVE_DEPOSIT,
    RESOLVE_REFUND,
    RESOLVE_WITHDRAWAL,
    DepositPayload,
    FindingPayload,
)
from payments.entrypoints.http.outcomes.schemas import DepositFindingBody, FindingBody

router = APIRouter(prefix="/api/payments/v1", tags=["outcomes"])


@router.post("/withdrawals/{withdrawal_id}/outcome", **PROPOSED)
async def propose_withdrawal_outcome(
    caller: Annotated[Caller, Requires(P.OUTCOME_RESOLVE, proposes=True)],
    withdrawal_id: UUID,
    body: FindingBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a payout of which the provider does not say it was paid, or never was; a second person agrees.

    `paid` takes how the provider calls it, and the money is gone. `never_paid` gives it back to the player, not before
    it can have arrived: 15 minutes after the order was last sent, 3 days where the provider took it. What the provider
    says later is set aside for people where it contradicts.
    """
    payload = FindingPayload(subject_id=withdrawal_id, **body.model_dump(exclude={"reason"}))
    return await proposing(caller, RESOLVE_WITHDRAWAL, payload, reason=body.reason, once=once)


@router.post("/refunds/{refund_id}/outcome", **PROPOSED)
async def propose_refund_outcome(
    caller: Annotated[Caller, Requires(P.OUTCOME_RESOLVE, proposes=True)],
    refund_id: UUID,
    body: FindingBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a refund of which the provider does not say it was made, or never was; a second person agrees.

    As with a withdrawal: what was put aside is gone, or the player's again.
    """
    payload = FindingPayload(subject_id=refund_id, **body.model_dump(exclude={"reason"}))
    return await proposing(caller, RESOLVE_REFUND, payload, reason=body.reason, once=once)


@router.post("/deposits/{deposit_id}/outcome", **PROPOSED)
async def propose_deposit_outcome(
    caller: Annotated[Caller, Requires(P.OUTCOME_RESOLVE, proposes=True)],
    deposit_id: UUID,
    body: DepositFindingBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a deposit of which the provider does not say it was paid, or never was; a second person agrees.

    `paid` takes how the provider calls the payment and how much came in, which is credited. `never_paid` ends it. What
    comes in all the same is the player's, and shown to people. `never_collected` takes back what was credited: out of
    the player's cash as far as that goes, and he owes the rest. `given_back` takes how much of what was taken back is
    there again, and what proves it: that pays what he owes, and the rest is his; it also undoes a `never_collected`.
    """
    payload = DepositPayload(subject_id=deposit_id, **body.model_dump(exclude={"reason"}))
    return await proposing(caller, RESOLVE_DEPOSIT, payload, reason=body.reason, once=once)

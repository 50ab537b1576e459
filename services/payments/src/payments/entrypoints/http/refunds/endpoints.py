"""Refunds: proposed by one person, agreed to by another, sent to the provider, and looked at by whoever may."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import Once
from chassis.http.listing import serve_list
from contracts.payments.permissions import PaymentsPermission as P
from payments.entrypoints.http.refunds.guarded import REFUND_DEPOSIT, RefundPayload
from payments.entrypoints.http.refunds.listing import REFUNDS
from payments.entrypoints.http.refunds.schemas import RefundBody, RefundItem

router = APIRouter(prefix="/api/payments/v1", tags=["refunds"])

serve_list(
    router,
    "/refunds",
    REFUNDS,
    Requires(P.REFUND_LIST),
    item=RefundItem,
    export=P.REFUND_EXPORT,
    summary="What staff had refunded of deposits, newest first, and what the providers made of it.",
)


@router.post("/deposits/{deposit_id}/refunds", **PROPOSED)
async def propose_refund(
    caller: Annotated[Caller, Requires(P.REFUND_CREATE, proposes=True)],
    deposit_id: UUID,
    body: RefundBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that a deposit, or a part of it, goes back the way it came; a second person approves it, and it is sent.

    Never more than was paid, less what was refunded, is being refunded, or was charged back. The player's cash is put
    aside when it is approved; what he has spent is refunded only where `may_owe` says so.
    """
    payload = RefundPayload(refund_id=uuid7(), deposit_id=deposit_id, **body.model_dump(exclude={"reason"}))
    return await proposing(caller, REFUND_DEPOSIT, payload, reason=body.reason, once=once)

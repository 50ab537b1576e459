"""Refunds: proposed by one person, agreed to by another, sent to the provider, and looked at by whoever may."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import NotFound, uuid7
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.refunds import reject_refund
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.refunds.guarded import REFUND_DEPOSIT, RefundPayload
from payments.entrypoints.http.refunds.listing import REFUNDS
from payments.entrypoints.http.refunds.schemas import RefundBody, RefundItem, RejectRefundBody
from payments.read_models import refund_list

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
    aside when it is approved; what he has spent is refunded only where `may_owe` says so. The same proposed again for
    the same reason, while the first waits, is the same proposal.
    """
    payload = RefundPayload(refund_id=uuid7(), deposit_id=deposit_id, **body.model_dump(exclude={"reason"}))
    return await proposing(caller, REFUND_DEPOSIT, payload, reason=body.reason, once=once)


@router.get("/refunds/{refund_id}", response_model=RefundItem)
async def show_refund(
    caller: Annotated[Caller, Requires(P.REFUND_LIST)], refund_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One refund."""
    async with desk.app.db.read() as connection:
        item = await _item(connection, caller, refund_id)
    return as_listed(REFUNDS, item, request, caller, item.casino_id)


@router.post("/refunds/{refund_id}/reject", response_model=RefundItem)
async def reject_unsent_refund(
    caller: Annotated[Caller, Requires(P.REFUND_APPROVE)],
    refund_id: UUID,
    body: RejectRefundBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Stop a refund, as long as it was not sent. What was put aside pays what the player owes, the rest is his."""

    async def work(uow: UnitOfWork) -> RefundItem:
        await reject_refund(desk, uow, refund_id, caller)
        return await _item(uow.connection, caller, refund_id)

    answer = await once(caller, work, status=200, reason=body.reason)
    item = RefundItem.model_validate_json(bytes(answer.body))
    return made_anew(as_listed(REFUNDS, item, request, caller, item.casino_id), answer)


async def _item(connection: AsyncConnection, caller: Caller, refund_id: UUID) -> RefundItem:
    row = await refund_list.find(connection, refund_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    return RefundItem(**{"refund_id": row.pop("id"), **row})

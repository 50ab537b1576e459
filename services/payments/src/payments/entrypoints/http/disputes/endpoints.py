"""Disputes: looked at, accepted or answered with evidence by staff."""

import base64
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Caller, Requires
from chassis.domain import NotFound
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.dispute_evidence import add_evidence, open_evidence
from payments.application.disputes import answer_dispute, find_dispute, timeline_of
from payments.domain.dispute.words import Status
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.disputes.listing import DISPUTES
from payments.entrypoints.http.disputes.schemas import (
    LARGEST_BODY,
    AnswerBody,
    DisputeItem,
    DisputeView,
    EvidenceBody,
    EvidenceItem,
    Moment,
)
from payments.read_models import dispute_list

router = APIRouter(prefix="/api/payments/v1/disputes", tags=["disputes"])

_DOWNLOAD = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Disposition": "attachment",
}

serve_list(
    router,
    "",
    DISPUTES,
    Requires(P.DISPUTE_LIST),
    item=DisputeItem,
    export=P.DISPUTE_EXPORT,
    summary="What payers and their banks want back, newest first; by `due_at` what is to be answered next.",
)


@router.get("/{dispute_id}", response_model=DisputeView)
async def show_dispute(
    caller: Annotated[Caller, Requires(P.DISPUTE_LIST)], dispute_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One dispute, with all that happened to it and the files that are kept for it."""

    async def work(uow: UnitOfWork) -> DisputeView:
        row = await _row(uow, caller, dispute_id)
        moments = [Moment(**one) for one in await timeline_of(uow, dispute_id)]
        files = [EvidenceItem(**one) for one in await desk.evidence.of(uow.connection, dispute_id)]
        return DisputeView(**row, timeline=moments, files=files)

    view = await desk.app.transact(work, caller.context(request))
    return as_listed(DISPUTES, view, request, caller, view.casino_id)


@router.post("/{dispute_id}/accept", response_model=DisputeItem)
async def accept_dispute(
    caller: Annotated[Caller, Requires(P.DISPUTE_ACCEPT)],
    dispute_id: UUID,
    body: AnswerBody,
    request: Request,
    once: Once,
) -> Response:
    """Do not contest it: the payer keeps the money. No more than the caller's roles let out."""
    return await _answer(caller, dispute_id, body, request, once, Status.ACCEPTED, P.DISPUTE_ACCEPT)


@router.post("/{dispute_id}/challenge", response_model=DisputeItem)
async def challenge_dispute(
    caller: Annotated[Caller, Requires(P.DISPUTE_CHALLENGE)],
    dispute_id: UUID,
    body: AnswerBody,
    request: Request,
    once: Once,
) -> Response:
    """Say that the evidence was submitted at the provider. The deadline is watched no longer."""
    return await _answer(caller, dispute_id, body, request, once, Status.CHALLENGED, P.DISPUTE_CHALLENGE)


@router.post("/{dispute_id}/evidence", status_code=201, response_model=EvidenceItem, max_body_size=LARGEST_BODY)
async def add_evidence_file(
    caller: Annotated[Caller, Requires(P.DISPUTE_CHALLENGE)],
    dispute_id: UUID,
    body: EvidenceBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Keep a file that proves our side, sealed with the player's key. Its type is told from its bytes."""

    async def work(uow: UnitOfWork) -> EvidenceItem:
        state = await find_dispute(uow, dispute_id)
        caller.must(P.DISPUTE_CHALLENGE, state.fact.casino_id)
        kept = await add_evidence(desk, uow, dispute_id, body.kind, body.content, str(caller.id))
        return EvidenceItem(**kept)

    return await once(caller, work)


@router.get("/{dispute_id}/evidence/{evidence_id}", response_class=Response)
async def get_evidence(
    caller: Annotated[Caller, Requires(P.DISPUTE_VIEW_EVIDENCE)],
    dispute_id: UUID,
    evidence_id: UUID,
    request: Request,
    desk: TheDesk,
) -> Response:
    """The file itself, as an attachment. That it was opened is recorded."""

    async def work(uow: UnitOfWork) -> tuple[str, str]:
        return await open_evidence(desk, uow, caller, dispute_id, evidence_id)

    media_type, content = await desk.app.transact(work, caller.context(request))
    return Response(base64.b64decode(content), media_type=media_type, headers=_DOWNLOAD)


async def _answer(
    caller: Caller,
    dispute_id: UUID,
    body: AnswerBody,
    request: Request,
    once: Any,
    status: Literal[Status.ACCEPTED, Status.CHALLENGED],
    permission: P,
) -> Response:
    async def work(uow: UnitOfWork) -> DisputeItem:
        state = await find_dispute(uow, dispute_id)
        if status is Status.ACCEPTED:
            caller.must(permission, state.fact.casino_id, state.amount_minor, state.currency)
        else:
            caller.must(permission, state.fact.casino_id)
        await answer_dispute(uow, dispute_id, status, by_hand=True)
        return DisputeItem(**await _row(uow, caller, dispute_id))

    answered = await once(caller, work, status=200, reason=body.reason)
    item = DisputeItem.model_validate_json(bytes(answered.body))
    return made_anew(as_listed(DISPUTES, item, request, caller, item.casino_id), answered)


async def _row(uow: UnitOfWork, caller: Caller, dispute_id: UUID) -> dict[str, Any]:
    row = await dispute_list.find(uow.connection, dispute_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    return {"dispute_id": row.pop("id"), **row}

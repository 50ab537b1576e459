"""Disputes: looked at, accepted or answered with evidence by staff."""

import base64
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import NotFound, uuid7
from chassis.http import Once
from chassis.http.attachment import ATTACHED
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.dispute_answers import Submission, ask_defences, submit_evidence
from payments.application.dispute_evidence import add_evidence, open_evidence
from payments.application.disputes import answer_dispute, find_dispute, timeline_of
from payments.domain.dispute.states import Told
from payments.domain.dispute.words import Status
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.disputes.guarded import ACCEPT_DISPUTE, AcceptPayload
from payments.entrypoints.http.disputes.listing import DISPUTES
from payments.entrypoints.http.disputes.schemas import (
    LARGEST_BODY,
    AcceptBody,
    AnswerBody,
    DefenceItem,
    DisputeItem,
    DisputeView,
    EvidenceBody,
    EvidenceItem,
    Moment,
    SubmitBody,
)
from payments.read_models import dispute_list

router = APIRouter(prefix="/api/payments/v1/disputes", tags=["disputes"])

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


@router.get("/{dispute_id}/defences", response_model=list[DefenceItem])
async def list_defences(
    caller: Annotated[Caller, Requires(P.DISPUTE_SUBMIT)], dispute_id: UUID, request: Request, desk: TheDesk
) -> list[DefenceItem]:
    """For which reasons the provider lets it be defended, and with which documents; it is asked now. Empty where it
    wants no reason.
    """

    async def work(uow: UnitOfWork) -> Told:
        state = await find_dispute(uow, dispute_id)
        caller.must(P.DISPUTE_SUBMIT, state.fact.casino_id)
        return state

    found = await ask_defences(desk, await desk.app.transact(work, caller.context(request)))
    return [DefenceItem(code=one.code, required=[*one.required], optional=[*one.optional]) for one in found.reasons]


@router.post("/{dispute_id}/submit", response_model=DisputeItem)
async def submit_dispute_evidence(
    caller: Annotated[Caller, Requires(P.DISPUTE_SUBMIT)],
    dispute_id: UUID,
    body: SubmitBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Have the files sent to the provider as our evidence. It takes evidence once: no second answer is accepted while
    one is on its way, or after it was taken.
    """

    async def work(uow: UnitOfWork) -> DisputeItem:
        state = await find_dispute(uow, dispute_id)
        caller.must(P.DISPUTE_SUBMIT, state.fact.casino_id)
        files = tuple((one.evidence_id, one.document) for one in body.files)
        wish = Submission(answer_id=uuid7(), dispute_id=dispute_id, files=files, defence=body.defence)
        await submit_evidence(desk, uow, wish)
        return DisputeItem(**await _row(uow, caller, dispute_id))

    return _shown(await once(caller, work, status=200, reason=body.reason), request, caller)


@router.post("/{dispute_id}/accept", **PROPOSED)
async def propose_to_accept_dispute(
    caller: Annotated[Caller, Requires(P.DISPUTE_ACCEPT, proposes=True)],
    dispute_id: UUID,
    body: AcceptBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose not to contest it: the payer keeps the money. When a second person agrees, the provider is told."""
    payload = AcceptPayload(answer_id=uuid7(), dispute_id=dispute_id, by_hand=body.by_hand)
    return await proposing(caller, ACCEPT_DISPUTE, payload, reason=body.reason, once=once)


@router.post("/{dispute_id}/challenge", response_model=DisputeItem)
async def challenge_dispute(
    caller: Annotated[Caller, Requires(P.DISPUTE_CHALLENGE)],
    dispute_id: UUID,
    body: AnswerBody,
    request: Request,
    once: Once,
) -> Response:
    """Say that the evidence was submitted on the provider's pages. The deadline is watched no longer."""

    async def work(uow: UnitOfWork) -> DisputeItem:
        state = await find_dispute(uow, dispute_id)
        caller.must(P.DISPUTE_CHALLENGE, state.fact.casino_id)
        await answer_dispute(uow, dispute_id, Status.CHALLENGED)
        return DisputeItem(**await _row(uow, caller, dispute_id))

    return _shown(await once(caller, work, status=200, reason=body.reason), request, caller)


@router.post(
    "/{dispute_id}/evidence",
    status_code=201,
    response_model=EvidenceItem,
    max_body_size=LARGEST_BODY,
    openapi_extra={"x-max-body-bytes": LARGEST_BODY},
)
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
    return Response(base64.b64decode(content), media_type=media_type, headers=ATTACHED)


def _shown(answered: Any, request: Request, caller: Caller) -> Response:
    item = DisputeItem.model_validate_json(bytes(answered.body))
    return made_anew(as_listed(DISPUTES, item, request, caller, item.casino_id), answered)


async def _row(uow: UnitOfWork, caller: Caller, dispute_id: UUID) -> dict[str, Any]:
    row = await dispute_list.find(uow.connection, dispute_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    return {"dispute_id": row.pop("id"), **row}

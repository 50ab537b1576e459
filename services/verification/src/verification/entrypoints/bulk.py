"""What can be done to many hits and documents at once."""

from chassis.bulk import BulkAction, Turn
from chassis.store import UnitOfWork
from contracts.verification.permissions import VerificationPermission as P
from verification.application.decisions import Decisions
from verification.domain.case.errors import CaseClosed, CaseGone, DocumentAlreadyDecided
from verification.domain.hit.errors import HitAlreadyDecided, HitGone
from verification.entrypoints.http.documents.schemas import Reject

_V1 = "/api/verification/v1"
_FEW = 10


def bulk_actions(decisions: Decisions) -> list[BulkAction]:
    """Clear hits, reject documents. A hit is never confirmed, and a document never accepted, by the dozen."""

    async def clear(uow: UnitOfWork, turn: Turn) -> bool:
        await decisions.decide_hit(uow, turn.row_id, "clear", turn.reason)
        return True

    async def reject(uow: UnitOfWork, turn: Turn) -> bool:
        await decisions.reject(uow, turn.row_id, turn.parameters.reason)
        return True

    return [
        BulkAction(
            list=f"{_V1}/hits",
            name="clear",
            title="Clear screening hits",
            permission=P.HIT_DECIDE,
            reason_permission=P.HIT_LIST,
            do=clear,
            alone=_FEW,
            moot=(HitAlreadyDecided, HitGone),
        ),
        BulkAction(
            list=f"{_V1}/documents",
            name="reject",
            title="Reject documents",
            permission=P.DOCUMENT_DECIDE,
            reason_permission=P.DOCUMENT_LIST,
            do=reject,
            alone=_FEW,
            parameters=Reject,
            moot=(DocumentAlreadyDecided, CaseClosed, CaseGone),
        ),
    ]

"""What others hear of a proposal: enough for an inbox over all services, and nothing of the payload."""

from collections.abc import Iterable
from typing import Any

from chassis.approvals import events as own
from chassis.approvals.approval_list import OUTCOMES
from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.platform import events as told


def publish(service: str, recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """The facts of an event of ours."""
    event, casino_id = recorded.event, recorded.meta.casino_id
    which: dict[str, Any] = {"approval_id": recorded.stream_key, "service": service, "casino_id": casino_id}
    which |= {"reason_permission": event.reason_permission}
    match event:
        case own.Proposed():
            return [_proposed(which, event)]
        case own.Edited():
            return [
                told.ApprovalEdited(
                    **which, payload_sha256=event.payload_sha256, summary=event.summary, barred=event.barred
                )
            ]
        case own.Approved():
            return [told.ApprovalGiven(**which, approved_by=event.approved_by, given=event.given, needed=event.needed)]
        case own.ApprovalLapsed():
            return [told.ApprovalLapsed(**which, approved_by=event.approved_by)]
        case own.Executed():
            by = event.approved_by
            return [told.ApprovalExecuted(**which, requester_id=event.requester_id, approvers=by)]
        case _:
            code = event.code if isinstance(event, own.Voided) else None
            return [told.ApprovalClosed(**which, outcome=OUTCOMES[type(event)], code=code)]  # type: ignore[arg-type]


def _proposed(which: dict[str, Any], event: own.Proposed) -> ContractEvent:
    return told.ApprovalProposed(
        **which,
        command=event.command,
        permission=event.permission,
        approve_permission=event.approve,
        risk=event.risk,
        requester_id=event.requester_id,
        barred=event.barred,
        needed=event.needed,
        expires_at=event.expires_at,
        payload_sha256=event.payload_sha256,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        summary=event.summary,
    )

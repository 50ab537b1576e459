"""The events of emergency access in the words of the contract."""

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from contracts.event import ContractEvent
from contracts.security import break_glass_events as contract
from security.domain.break_glass import events as break_glass


def told(break_glass_id: UUID, happened: break_glass.BreakGlassEvent) -> Iterable[ContractEvent]:
    """What others may know of it."""
    ids = {"staff_id": happened.staff_id, "break_glass_id": break_glass_id}
    match happened:
        case break_glass.BreakGlassOpened() as event:
            yield contract.BreakGlassOpened(
                **ids,
                casinos=event.casinos,
                incident_id=event.incident_id,
                ends_at=event.ends_at,
                review_by=event.review_by,
            )
        case break_glass.BreakGlassEnded(cause=cause):
            yield contract.BreakGlassEnded(**ids, cause=cause)
        case break_glass.BreakGlassReviewed(reviewed_by=reviewed_by, findings=findings):
            yield contract.BreakGlassReviewed(**ids, reviewed_by=reviewed_by, findings=findings)
        case break_glass.BreakGlassReviewOverdue(review_by=review_by):
            yield contract.BreakGlassReviewOverdue(**ids, review_by=review_by)
        case _:
            assert_never(happened)

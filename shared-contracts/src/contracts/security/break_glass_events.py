"""What security tells of emergency access: who opened it, how it ended, and what its review found."""

from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import ActorRef, ExternalRef, FreeText, UtcTime

EMERGENCIES = "security.emergency.events"


class BreakGlassOpened(
    ContractEvent,
    type="security.break_glass_opened",
    version=1,
    topic=EMERGENCIES,
    key="staff_id",
    consumers=("backoffice",),
):
    """Somebody opened emergency access. It ends by itself; everything the person does until then is marked."""

    staff_id: UUID
    break_glass_id: UUID
    """Events done meanwhile carry it as `breakglass`."""
    casinos: tuple[ExternalRef, ...]
    """Casino ids, or `*` alone for the whole operator."""
    incident_id: ExternalRef
    ends_at: UtcTime
    review_by: UtcTime
    """Somebody else must have looked at what was done by then."""


class BreakGlassEnded(ContractEvent, type="security.break_glass_ended", version=1, topic=EMERGENCIES, key="staff_id"):
    """It ended before its time; the person's sessions ended with it."""

    staff_id: UUID
    break_glass_id: UUID
    cause: Literal["ended_by_owner", "ended_by_colleague"]


class BreakGlassReviewed(
    ContractEvent,
    type="security.break_glass_reviewed",
    version=1,
    topic=EMERGENCIES,
    key="staff_id",
    consumers=("backoffice",),
):
    """Somebody else looked at what was done."""

    staff_id: UUID
    break_glass_id: UUID
    reviewed_by: ActorRef
    findings: FreeText


class BreakGlassReviewOverdue(
    ContractEvent, type="security.break_glass_review_overdue", version=1, topic=EMERGENCIES, key="staff_id"
):
    """Nobody looked at what was done in time."""

    staff_id: UUID
    break_glass_id: UUID
    review_by: UtcTime

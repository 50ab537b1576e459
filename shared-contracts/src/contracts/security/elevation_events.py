"""What security tells of access that somebody has for some hours only."""

from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import Count, ExternalRef, Label, UtcTime

ELEVATIONS = "security.elevation.events"

EndedBy = Literal["ended_by_owner", "ended_by_colleague"]


class ElevationRequested(
    ContractEvent,
    type="security.elevation_requested",
    version=1,
    topic=ELEVATIONS,
    key="staff_id",
    consumers=("backoffice",),
):
    """Somebody asks for a role for some hours."""

    staff_id: UUID
    elevation_id: UUID
    role_id: UUID
    role_name: Label
    casinos: tuple[ExternalRef, ...]
    """Casino ids, or `*` alone for the whole operator."""
    minutes: Count
    """How long it is to last, from the moment it is approved."""
    ticket: ExternalRef
    answer_by: UtcTime
    """Nobody approves it after that."""


class ElevationApproved(
    ContractEvent,
    type="security.elevation_approved",
    version=1,
    topic=ELEVATIONS,
    key="staff_id",
    consumers=("backoffice",),
):
    """A second person approved it; the assignment that came of it has the same id."""

    staff_id: UUID
    elevation_id: UUID
    approved_by: ExternalRef
    ends_at: UtcTime


class ElevationRefused(
    ContractEvent,
    type="security.elevation_refused",
    version=1,
    topic=ELEVATIONS,
    key="staff_id",
    consumers=("backoffice",),
):
    """A second person said no."""

    staff_id: UUID
    elevation_id: UUID
    refused_by: ExternalRef


class ElevationWithdrawn(
    ContractEvent,
    type="security.elevation_withdrawn",
    version=1,
    topic=ELEVATIONS,
    key="staff_id",
    consumers=("backoffice",),
):
    """It was taken back, or away, before anybody answered."""

    staff_id: UUID
    elevation_id: UUID
    cause: EndedBy


class ElevationEnded(ContractEvent, type="security.elevation_ended", version=1, topic=ELEVATIONS, key="staff_id"):
    """It ended before its time. What ends by itself is not told: `ends_at` said so."""

    staff_id: UUID
    elevation_id: UUID
    cause: EndedBy

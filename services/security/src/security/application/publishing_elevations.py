"""The events of elevations in the words of the contract."""

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from contracts.event import ContractEvent
from contracts.security import elevation_events as contract
from security.domain.elevation import events as elevation


def told(elevation_id: UUID, happened: elevation.ElevationEvent) -> Iterable[ContractEvent]:
    """What others may know of it."""
    ids = {"staff_id": happened.staff_id, "elevation_id": elevation_id}
    match happened:
        case elevation.ElevationRequested() as event:
            yield contract.ElevationRequested(
                **ids,
                role_id=event.role_id,
                role_name=event.role_name,
                casinos=event.casinos,
                minutes=event.minutes,
                ticket=event.ticket,
                answer_by=event.answer_by,
            )
        case elevation.ElevationApproved(approved_by=approved_by, ends_at=ends_at):
            yield contract.ElevationApproved(**ids, approved_by=approved_by, ends_at=ends_at)
        case elevation.ElevationRefused(refused_by=refused_by):
            yield contract.ElevationRefused(**ids, refused_by=refused_by)
        case elevation.ElevationWithdrawn(cause=cause):
            yield contract.ElevationWithdrawn(**ids, cause=cause)
        case elevation.ElevationEnded(cause=cause):
            yield contract.ElevationEnded(**ids, cause=cause)
        case _:
            assert_never(happened)

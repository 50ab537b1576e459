"""What becomes an alarm."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.store import UnitOfWork
from contracts.platform.events import RevealLimitReached
from security.adapters.tables import alarm


class AlarmKind(StrEnum):
    """What an alarm is about."""

    REVEAL_LIMIT_REACHED = "reveal_limit_reached"


async def too_many_reveals(uow: UnitOfWork, told: RevealLimitReached) -> None:
    """Somebody looked at more personal data in clear than anybody's work takes."""
    facts: dict[str, int | str] = {"reveals": told.reveals, "since": told.since.isoformat()}
    await _raise(uow, told.alarm_id, AlarmKind.REVEAL_LIMIT_REACHED, told.service, told.staff_id, facts)


async def _raise(
    uow: UnitOfWork, alarm_id: UUID, kind: AlarmKind, service: str, staff_id: UUID, facts: dict[str, int | str]
) -> None:
    values = {"alarm_id": alarm_id, "kind": kind, "service": service, "staff_id": staff_id, "facts": facts}
    new = insert(alarm).values(**values, raised_at=uow.ctx.occurred_at)
    await uow.connection.execute(new.on_conflict_do_nothing(index_elements=["alarm_id"]))

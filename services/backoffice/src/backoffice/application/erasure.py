"""What stays of an erased player, and for how long."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from backoffice.domain.restriction.aggregate import FOR_EVER, excludes
from chassis.store import UnitOfWork

FORGET = "forget_identity"
"""The task that forgets the keyed index of somebody whose exclusion is over."""


async def forget_later(uow: UnitOfWork, player_id: UUID, excluded_until: date | None) -> None:
    """Have the index that recognises an excluded person forgotten on the first day on which he may come again.

    Without an exclusion it went with everything else, and without an end of it, it stays.
    """
    if excluded_until is None or excluded_until == FOR_EVER or not excludes(excluded_until, uow.ctx.occurred_at.date()):
        return
    free = datetime.combine(excluded_until + timedelta(days=1), time(), UTC)
    await uow.schedule(FORGET, player_id, {}, run_at=free)

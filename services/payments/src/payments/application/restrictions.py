"""What a player may not do, told to the ledger, which decides every bet."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.store import UnitOfWork
from payments.application.desk import Desk

REVIEW = "payments.restriction_review"
"""The background task that lifts an exclusion when its last day is over."""

_UNKNOWN_CASINO = "UTC"


async def apply_restrictions(desk: Desk, uow: UnitOfWork, player_id: UUID) -> None:
    """Give the ledger the flags that follow from what is known now, and look again when an exclusion ends.

    Withdrawals are not touched: an excluded or blocked player gets his money.
    """
    now = desk.now()
    known = await desk.directory.player(uow.connection, player_id, now, _UNKNOWN_CASINO)
    if known is None:
        return
    rules = await desk.directory.casino(uow.connection, known.casino_id, now)
    time_zone = rules.time_zone if rules else _UNKNOWN_CASINO
    player = await desk.directory.player(uow.connection, player_id, now, time_zone) or known
    blocked = player.blocked or player.excluded or player.under_review
    await desk.ledger.restrict(uow.connection, player_id, bets_blocked=blocked, deposits_blocked=blocked)
    if player.excluded and player.excluded_until is not None:
        over = datetime.combine(player.excluded_until + timedelta(days=1), time(), ZoneInfo(time_zone))
        await uow.schedule(REVIEW, player_id, {"casino_id": str(player.casino_id)}, run_at=over)

"""What a player may not do, told to the ledger, which decides every bet, and to his open deposits."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.known import PlayerStanding
from payments.domain.deposit.standing import DepositStanding, restriction

REVIEW = "payments.restriction_review"
"""The background task that lifts an exclusion when its last day is over."""

STOP = "payments.deposit_stop"
"""The background task that stops a restricted player's open deposits; its id is the player's."""

_UNKNOWN_CASINO = "UTC"


async def apply_restrictions(desk: Desk, uow: UnitOfWork, player_id: UUID) -> None:
    """Give the ledger the flags that follow from what is known now, and look again when an exclusion ends.

    While an event about the player is set aside, nobody knows what he may do: he is restricted until somebody looked
    at it. Withdrawals are not touched: whoever may not play gets his money.
    """
    await desk.directory.lock_player(uow.connection, player_id)
    now = desk.now()
    known = await desk.directory.player(uow.connection, player_id, now, _UNKNOWN_CASINO)
    if known is None:
        return
    rules = await desk.directory.casino(uow.connection, known.casino_id, now)
    time_zone = rules.time_zone if rules else _UNKNOWN_CASINO
    player = await desk.directory.player(uow.connection, player_id, now, time_zone) or known
    restricted = restriction(standing_of(player)) is not None
    blocked = restricted or await desk.directory.held(uow.connection, player_id)
    await desk.ledger.restrict(uow.connection, player_id, bets_blocked=blocked, deposits_blocked=blocked)
    if restricted and await desk.directory.undecided_deposits(uow.connection, player_id):
        await uow.schedule(STOP, player_id, {"casino_id": str(player.casino_id)})
    if player.excluded and player.excluded_until is not None:
        over = datetime.combine(player.excluded_until + timedelta(days=1), time(), ZoneInfo(time_zone))
        await uow.schedule(REVIEW, player_id, {"casino_id": str(player.casino_id)}, run_at=over)


async def hold_or_apply(desk: Desk, uow: UnitOfWork, player_id: UUID) -> None:
    """Restrict a player something of whom is set aside, and let what is known decide once nothing is any more.

    Holding reads neither calendar nor rules: what an event failed at must not also keep it from being set aside.
    """
    await desk.directory.lock_player(uow.connection, player_id)
    if await desk.directory.held(uow.connection, player_id):
        await desk.ledger.restrict(uow.connection, player_id, bets_blocked=True, deposits_blocked=True)
    else:
        await apply_restrictions(desk, uow, player_id)


def standing_of(player: PlayerStanding, *, feed_fresh: bool = True) -> DepositStanding:
    """What is known of a player, as a deposit asks for it; his limits left out."""
    return DepositStanding(
        blocked=player.blocked,
        excluded=player.excluded,
        under_review=player.under_review,
        erased=player.erased,
        feed_fresh=feed_fresh,
    )

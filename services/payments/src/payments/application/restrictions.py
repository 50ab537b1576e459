"""What a player may not do, told to the ledger, which decides every bet, and to his open deposits."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk
from payments.application.known import PlayerStanding
from payments.application.ledger import Wallet
from payments.domain.debt.words import DebtStops
from payments.domain.deposit.standing import DepositStanding, restriction

REVIEW = "payments.restriction_review"
"""The background task that looks again what a player may do, as when an exclusion or a debt is over."""

STOPPED = "payments.chargeback_stop"
"""What is told of people who let a player go on who owes for a chargeback."""

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
    wallet = None  # Locked before it is looked at: whoever takes money back at this moment is waited for.
    if player.currency is not None:
        wallet = await desk.ledger.lock_wallet(uow.connection, player.casino_id, player_id, player.currency)
    restricted = restriction(standing_of(player, wallet)) is not None
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


async def restricted_by(desk: Desk, connection: AsyncConnection, player: PlayerStanding) -> str | None:
    """The stable code of what keeps a player from paying in anything at all; None when nothing does."""
    return restriction(standing_of(player, await any_wallet(desk, connection, player)))


async def any_wallet(desk: Desk, connection: AsyncConnection, player: PlayerStanding) -> Wallet | None:
    """One of his: each knows whether a debt in any currency stops him."""
    if player.currency is None:
        return None
    return await desk.ledger.find_wallet(connection, player.casino_id, player.player_id, player.currency)


async def look_at_debt(
    desk: Desk, uow: UnitOfWork, player_id: UUID, casino_id: UUID, currency: str, *, charged_back: bool = False
) -> None:
    """After money was taken back, or paid what he owed: whoever owes for a chargeback bets no more from this very
    transaction on, unless his casino lets debtors go on. Call it when the money has moved, which locked his wallet.

    What he may in the end, and what becomes of his open deposits, is decided after it: that begins with another lock.
    """
    if charged_back and await desk.debts.stops(uow.connection, casino_id) is DebtStops.BETS_AND_DEPOSITS:
        await desk.ledger.mark_debts(uow.connection, player_id, stop=True)
    wallet = await desk.ledger.lock_wallet(uow.connection, casino_id, player_id, currency)
    if wallet is None:
        return
    if wallet.debt_stops:
        await desk.ledger.restrict(uow.connection, player_id, bets_blocked=True, deposits_blocked=True)
    else:  # What stopped him is paid, whatever else he owes: the next debt on that account is another.
        await desk.ledger.mark_debts(uow.connection, player_id, stop=False)
    if wallet.debt_stops or wallet.bets_blocked:
        await uow.schedule(REVIEW, player_id, {"casino_id": str(casino_id)})


async def let_debtor_on(desk: Desk, uow: UnitOfWork, player_id: UUID, casino_id: UUID) -> bool:
    """Let a player who owes for a chargeback pay in and bet again, so that he can pay; whether anything stopped him.

    It holds for what he owes now: the next chargeback stops him anew. Nothing is paid out to him all the same.

    Raises:
        CasinoUnknown, PlayerUnknown: no such player of the casino.
    """
    player = await desk.player(uow.connection, player_id, await desk.casino(uow.connection, casino_id))
    wallet = await desk.ledger.lock_wallet(uow.connection, casino_id, player_id, str(player.currency))
    if wallet is None or not wallet.debt_stops:
        return False
    await desk.ledger.mark_debts(uow.connection, player_id, stop=False)
    await uow.publish(
        SettingChanged(
            element=STOPPED,
            element_id=str(player_id),
            casino_id=casino_id,
            before={"stops": True},
            after={"stops": False},
        )
    )
    await uow.schedule(REVIEW, player_id, {"casino_id": str(casino_id)})
    return True


def standing_of(player: PlayerStanding, wallet: Wallet | None, *, feed_fresh: bool = True) -> DepositStanding:
    """What is known of a player and of any wallet of his, as a deposit asks for it; his limits left out."""
    return DepositStanding(
        charged_back=wallet is not None and wallet.debt_stops,
        blocked=player.blocked,
        excluded=player.excluded,
        under_review=player.under_review,
        erased=player.erased,
        feed_fresh=feed_fresh,
    )

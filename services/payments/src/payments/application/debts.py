"""What players owe for deposits that were taken back: two people write it off, and each casino says what it stops."""

from uuid import UUID

from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk
from payments.application.ledger import WalletUnknown, ensure_posted
from payments.application.postings import adjustment_transfers
from payments.application.restrictions import look_at_debt
from payments.domain.adjustment.aggregate import adjustment
from payments.domain.adjustment.commands import AdjustWallet
from payments.domain.adjustment.events import AdjustmentFact
from payments.domain.debt.words import DebtExceeded, DebtStops
from payments.domain.withdrawal.errors import DisputeOpen

POLICY = "payments.debt_policy"


async def check_write_off(desk: Desk, uow: UnitOfWork, fact: AdjustmentFact) -> None:
    """Look whether the debt could be written off now, and lock the player's wallet so that it stays so.

    Raises:
        WalletUnknown: the player has no wallet in this currency at this casino.
        DisputeOpen: the bank may yet give back what he owes, which would then be his.
        DebtExceeded: he owes less.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    if await desk.directory.disputed(uow.connection, fact.player_id, uow.ctx.occurred_at):
        raise DisputeOpen
    if wallet.receivable_minor < fact.amount_minor:
        owes = f"He owes {wallet.receivable_minor} for deposits that were taken back."
        raise DebtExceeded(owes, field="amount_minor")


async def write_off(desk: Desk, uow: UnitOfWork, write_off_id: UUID, fact: AdjustmentFact) -> None:
    """Book the debt as the house's loss and record it, in one transaction; where nothing is owed any more, what it
    stopped goes on. The same id again is the same write-off.

    Raises:
        WalletUnknown, DisputeOpen, DebtExceeded: it cannot be done, or not any more.
        AdjustmentAlreadyMade: the id belongs to another adjustment.
    """
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    outcome = await uow.decide(adjustment, write_off_id, AdjustWallet(fact=fact, now=uow.ctx.occurred_at))
    if not outcome.events:
        return
    await check_write_off(desk, uow, fact)
    ensure_posted(await desk.ledger.post_in(uow, adjustment_transfers(write_off_id, outcome.events)))
    await look_at_debt(desk, uow, fact.player_id, fact.casino_id, fact.currency)


async def set_debt_stops(desk: Desk, uow: UnitOfWork, casino_id: UUID, stops: DebtStops) -> None:
    """Keep what a casino's chargebacks stop, and tell what changed. Whoever is stopped already stays so.

    Raises:
        CasinoUnknown: no such casino.
    """
    await desk.casino(uow.connection, casino_id)
    before = await desk.debts.stops(uow.connection, casino_id)
    if before is stops:
        return
    await desk.debts.set_stops(uow.connection, casino_id, stops, uow.ctx.occurred_at)
    await uow.publish(
        SettingChanged(
            element=POLICY,
            element_id=str(casino_id),
            casino_id=casino_id,
            before={"stops": before},
            after={"stops": stops},
        )
    )

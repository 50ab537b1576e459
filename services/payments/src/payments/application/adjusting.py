"""Adjustments: people move money between the house and a player's cash. It takes two of them."""

from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.debts import refuse_more
from payments.application.desk import Desk
from payments.application.ledger import InsufficientFunds, WalletUnknown, ensure_posted
from payments.application.payment_ids import IdKind
from payments.application.postings import adjustment_transfers
from payments.application.restrictions import look_at_debt
from payments.domain.adjustment.aggregate import adjustment
from payments.domain.adjustment.commands import AdjustWallet
from payments.domain.adjustment.events import AdjustmentFact
from payments.domain.adjustment.words import AdjustmentClass, Direction


async def check_adjustment(desk: Desk, uow: UnitOfWork, fact: AdjustmentFact) -> None:
    """Look whether the money could move now, and lock the player's wallet so that it stays so.

    Raises:
        WalletUnknown: the player has no wallet in this currency at this casino.
        InsufficientFunds: he does not hold what shall be taken.
        DebtExceeded: it shall pay what he owes, which is less.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    if fact.direction is Direction.DEBIT and wallet.cash_minor < fact.amount_minor:
        told = f"The player's cash is {wallet.cash_minor} minor units of {fact.currency}: no more can be taken."
        raise InsufficientFunds(told, field="amount_minor")
    if fact.adjustment_class is AdjustmentClass.DEBT_PAYMENT:
        refuse_more(wallet, fact)


async def adjust_wallet(desk: Desk, uow: UnitOfWork, adjustment_id: UUID, fact: AdjustmentFact) -> None:
    """Move the money and record it, in one transaction. Blocks and exclusions do not stand in the way.

    Raises:
        WalletUnknown, InsufficientFunds, DebtExceeded: it cannot be done, or not any more.
        AdjustmentAlreadyMade: the id belongs to another adjustment.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    await desk.payment_ids.claim(uow.connection, IdKind.ADJUSTMENT, adjustment_id)
    command = AdjustWallet(fact=fact, now=uow.ctx.occurred_at)
    outcome = await uow.decide(adjustment, adjustment_id, command)
    if not outcome.events:
        return
    pays_debt = fact.adjustment_class is AdjustmentClass.DEBT_PAYMENT
    if pays_debt and wallet is not None:
        refuse_more(wallet, fact)
    ensure_posted(await desk.ledger.post_in(uow, adjustment_transfers(adjustment_id, outcome.events)))
    if pays_debt:
        await look_at_debt(desk, uow, fact.player_id, fact.casino_id, fact.currency)

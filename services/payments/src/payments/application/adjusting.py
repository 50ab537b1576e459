"""Adjustments: people move money between the house and a player's cash. It takes two of them."""

from collections.abc import Iterable
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.ledger import (
    AccountType,
    InsufficientFunds,
    Transfer,
    TransferKind,
    Wallet,
    WalletUnknown,
    ensure_posted,
    house,
    player_cash,
    transfer_id,
)
from payments.domain.adjustment.aggregate import adjustment
from payments.domain.adjustment.commands import AdjustWallet
from payments.domain.adjustment.events import AdjustmentFact, WalletAdjusted
from payments.domain.adjustment.words import Direction


async def check_adjustment(desk: Desk, uow: UnitOfWork, fact: AdjustmentFact) -> Wallet:
    """The player's wallet, locked, once it was seen that the money could move now.

    Raises:
        WalletUnknown: the player has no wallet in this currency at this casino.
        InsufficientFunds: he does not hold what shall be taken.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    if fact.direction is Direction.DEBIT and wallet.cash_minor < fact.amount_minor:
        raise InsufficientFunds(field="amount_minor")
    return wallet


async def adjust_wallet(desk: Desk, uow: UnitOfWork, adjustment_id: UUID, fact: AdjustmentFact) -> None:
    """Move the money and record it, in one transaction. Blocks and exclusions do not stand in the way.

    Raises:
        WalletUnknown, InsufficientFunds: it cannot be done, or not any more.
        AdjustmentAlreadyMade: the id belongs to another adjustment.
    """
    command = AdjustWallet(fact=fact, now=uow.ctx.occurred_at)
    outcome = await uow.decide(adjustment, adjustment_id, command)
    transfers = adjustment_transfers(adjustment_id, outcome.events)
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))


def adjustment_transfers(adjustment_id: UUID, events: Iterable[WalletAdjusted]) -> list[Transfer]:
    """What the house gives comes from its account for adjustments, and what it takes goes there."""
    return [_transfer(adjustment_id, event.fact) for event in events]


def _transfer(adjustment_id: UUID, fact: AdjustmentFact) -> Transfer:
    cash = player_cash(fact.casino_id, fact.player_id, fact.currency)
    ours = house(fact.casino_id, AccountType.ADJUSTMENTS, fact.currency)
    debit, credit = (ours, cash) if fact.direction is Direction.CREDIT else (cash, ours)
    return Transfer(
        id=transfer_id(TransferKind.ADJUSTMENT, adjustment_id),
        kind=TransferKind.ADJUSTMENT,
        debit=debit,
        credit=credit,
        amount_minor=fact.amount_minor,
        reference_id=adjustment_id,
    )

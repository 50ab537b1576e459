"""Bonus money: given, taken back, made cash. What has to be played for it before is not decided here."""

from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.casino_policies import CasinoPolicy
from payments.application.desk import Desk
from payments.application.fraud.hearing import count_bonus
from payments.application.ledger import (
    AccountType,
    Code,
    InsufficientFunds,
    Transfer,
    TransferKind,
    WalletUnknown,
    ensure_posted,
    house,
    player_bonus,
    player_cash,
    transfer_id,
)
from payments.application.payment_ids import IdKind
from payments.domain.bonus.words import BonusAction, BonusFact, OrderOfUse

POLICY = "payments.bonus_policy"

MOVE_BONUS = "payments.move_bonus"
"""What two people agree to."""


async def check_bonus(desk: Desk, uow: UnitOfWork, fact: BonusFact) -> None:
    """Look whether it could be done now, and lock the player's wallet so that it stays so.

    Raises:
        WalletUnknown: the player has no wallet in this currency at this casino.
        InsufficientFunds: his bonus does not hold what shall be taken from it.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    if wallet is None:
        raise WalletUnknown(field="currency")
    if wallet.bonus_minor < fact.taken_minor:
        told = f"The player's bonus is {wallet.bonus_minor} minor units of {fact.currency}: no more can be taken."
        raise InsufficientFunds(told, field="amount_minor")


async def move_bonus(desk: Desk, uow: UnitOfWork, bonus_id: UUID, fact: BonusFact) -> None:
    """Do it, whole or not at all; the same id again is the same movement. Blocks do not stand in the way.

    Raises:
        WalletUnknown, InsufficientFunds: it cannot be done, or not any more.
        TransferDiffers: the id belongs to something else.
    """
    await desk.payment_ids.claim(uow.connection, IdKind.BONUS, bonus_id)
    postings = await desk.ledger.post_in(uow, bonus_transfers(bonus_id, fact))
    ensure_posted(postings)
    if postings[0].code is Code.CREATED:
        await desk.ledger.keep_bonus(uow, bonus_id, fact)
        await count_bonus(desk.fraud, uow, fact)


def bonus_transfers(bonus_id: UUID, fact: BonusFact) -> list[Transfer]:
    """The money of it, as one group."""
    key = (fact.casino_id, fact.player_id, fact.currency)
    bonus, cash = player_bonus(*key), player_cash(*key)
    expense = house(fact.casino_id, AccountType.BONUS_EXPENSE, fact.currency)
    kind, debit, credit = {
        BonusAction.GRANT: (TransferKind.BONUS_GRANT, expense, bonus),
        BonusAction.FORFEIT: (TransferKind.BONUS_FORFEIT, bonus, expense),
        BonusAction.CONVERT: (TransferKind.BONUS_CONVERSION, bonus, cash),
    }[fact.action]
    parts = [(kind, debit, credit, fact.amount_minor)]
    if fact.forfeited_minor:
        parts.append((TransferKind.BONUS_FORFEIT, bonus, expense, fact.forfeited_minor))
    return [
        Transfer(
            id=transfer_id(kind, bonus_id),
            kind=kind,
            debit=debit,
            credit=credit,
            amount_minor=amount_minor,
            group=bonus_id if len(parts) > 1 else None,
            reference_id=bonus_id,
        )
        for kind, debit, credit, amount_minor in parts
    ]


def order_of_use(desk: Desk) -> CasinoPolicy[OrderOfUse]:
    """From where a casino takes stakes first. Bets after the transaction that changes it go by it."""
    return CasinoPolicy(
        element=POLICY,
        find=desk.ledger.order_of_use,
        save=desk.ledger.set_order_of_use,
        shown=lambda order: {"order_of_use": order},
    )

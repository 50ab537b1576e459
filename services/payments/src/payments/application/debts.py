"""What players owe for deposits and wins that were taken back after they had spent them: people are told, it is paid
out of cash or written off by two of them, and each casino says what a chargeback's debt stops.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.casino_policies import CasinoPolicy
from payments.application.desk import Desk, set_aside_once
from payments.application.ledger import Wallet, WalletUnknown, ensure_posted
from payments.application.payment_ids import IdKind
from payments.application.postings import adjustment_transfers
from payments.application.restrictions import look_at_debt
from payments.domain.adjustment.aggregate import adjustment
from payments.domain.adjustment.commands import AdjustWallet
from payments.domain.adjustment.events import AdjustmentFact
from payments.domain.debt.words import DebtExceeded, DebtStops
from payments.domain.withdrawal.errors import DisputeOpen

POLICY = "payments.debt_policy"

WIN_DEBT: Final = "payments.win_debt"
"""The background task that tells people of a win that was taken back and had been spent."""


async def check_write_off(desk: Desk, uow: UnitOfWork, fact: AdjustmentFact) -> None:
    """Look whether the debt could be written off now, and lock the player's wallet so that it stays so.

    Raises:
        WalletUnknown: the player has no wallet in this currency at this casino.
        DisputeOpen: the bank may yet give back what he owes, which would then be his.
        DebtExceeded: he owes less.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    await _refuse(desk, uow, fact, wallet)


async def _refuse(desk: Desk, uow: UnitOfWork, fact: AdjustmentFact, wallet: Wallet | None) -> None:
    if wallet is None:
        raise WalletUnknown(field="currency")
    if await desk.directory.disputed(uow.connection, fact.player_id, uow.ctx.occurred_at):
        raise DisputeOpen
    refuse_more(wallet, fact)


def refuse_more(wallet: Wallet, fact: AdjustmentFact) -> None:
    """Raise DebtExceeded where he owes less."""
    if wallet.owed_minor < fact.amount_minor:
        raise DebtExceeded(f"He owes {wallet.owed_minor}.", field="amount_minor")


async def write_off(desk: Desk, uow: UnitOfWork, write_off_id: UUID, fact: AdjustmentFact) -> None:
    """Book the debt as the house's loss and record it, in one transaction; where nothing is owed any more, what it
    stopped goes on. The same id again is the same write-off.

    Raises:
        WalletUnknown, DisputeOpen, DebtExceeded: it cannot be done, or not any more.
        AdjustmentAlreadyMade: the id belongs to another adjustment.
    """
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    await desk.payment_ids.claim(uow.connection, IdKind.ADJUSTMENT, write_off_id)
    outcome = await uow.decide(adjustment, write_off_id, AdjustWallet(fact=fact, now=uow.ctx.occurred_at))
    if not outcome.events:
        return
    await _refuse(desk, uow, fact, wallet)
    ensure_posted(await desk.ledger.post_in(uow, adjustment_transfers(write_off_id, outcome.events)))
    await look_at_debt(desk, uow, fact.player_id, fact.casino_id, fact.currency)


async def tell_of_win_debt(desk: Desk, uow: UnitOfWork, told: Mapping[str, Any]) -> None:
    """Set a win's debt aside for people, once: what he has on hold waits for them, and no bank is to decide."""
    await set_aside_once(
        desk,
        uow,
        casino_id=UUID(told["casino_id"]),
        provider=told["supplier"],
        about=UUID(told["reference_id"]),
        code="win_spent",
        facts={name: told[name] for name in ("player_id", "amount_minor", "currency", "round_ref")},
    )


def debt_policy(desk: Desk) -> CasinoPolicy[DebtStops]:
    """What a casino's chargebacks stop. Whoever is stopped already stays so."""
    return CasinoPolicy(
        element=POLICY, find=desk.debts.stops, save=desk.debts.set_stops, shown=lambda stops: {"stops": stops}
    )

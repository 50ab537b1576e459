"""The port to the ledger: what the rest of payments says to it and hears from it. Pure values, no I/O.

Double entry: a transfer debits one account and credits another with the same amount, so the sum over all accounts of a
currency is always zero. A balance is credits minus debits: a player's cash is what we owe him, a provider's clearing
account runs negative while it holds our money.

Templates (debit -> credit), all of one currency:
    deposit             psp_clearing(provider) -> player_cash
    deposit_fee         player_cash            -> player_fees                 (with the deposit, or not at all)
    deposit_fee_returned player_fees           -> player_cash                 (with a refund of all of it)
    deposit_reversal    player_cash            -> psp_clearing(provider)
    chargeback          player_receivable      -> psp_clearing(provider)      (for what he had spent of it)
    receivable_recovery player_cash            -> player_receivable           (out of what comes in, or back)
    debt_write_off      bad_debt               -> player_receivable           (what he will never pay, by two people)
    debt_carried        player_receivable      -> owed                        (before either, as far as it is for wins)
    deposit_reinstated  psp_clearing(provider) -> player_cash
    refund_hold         player_cash            -> player_refund_hold
    refund_owed         player_receivable      -> player_refund_hold          (for what he had spent, by choice)
    refund_release      player_refund_hold     -> player_cash
    refund_paid         player_refund_hold     -> psp_clearing(provider)
    withdrawal_hold     player_cash            -> player_hold
    withdrawal_release  player_hold            -> player_cash
    withdrawal_paid     player_hold            -> psp_clearing(provider)
    withdrawal_fee      player_hold            -> player_fees                 (with the payout; it was on hold beside)
    withdrawal_returned psp_clearing(provider) -> player_cash
    psp_fee             psp_fees               -> psp_clearing(provider)      (the house's, never the player's)
    settlement          bank                   -> psp_clearing(provider)
    reconciliation      suspense or psp_fees  <-> psp_clearing(provider)      (what people book away, by two)
    bonus_grant         bonus_expense          -> player_bonus
    bonus_forfeit       player_bonus           -> bonus_expense
    bonus_conversion    player_bonus           -> player_cash
    exchange            player_cash            -> fx, and in the other currency fx -> player_cash
    settlement_exchange fx                     -> psp_clearing(provider), and in the other currency back

Bets, wins and rollbacks go over cash, and over the bonus in an entry of its own where that has a share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import DomainError, NotFound
from chassis.store import Context, UnitOfWork
from contracts.payments.wallet import transfer_id
from payments.domain.bonus.words import BonusFact, OrderOfUse
from payments.domain.ledger.accounts import (
    AccountRef,
    AccountType,
    game_house,
    house,
    player_bonus,
    player_cash,
    player_hold,
    player_receivable,
    player_refund_hold,
    psp_clearing,
    psp_fees,
)
from payments.domain.ledger.transfers import Code, Transfer, TransferKind

__all__ = [
    "AccountRef",
    "AccountType",
    "Code",
    "InsufficientFunds",
    "Ledger",
    "Posting",
    "Transfer",
    "TransferDiffers",
    "TransferKind",
    "TransferRefused",
    "Wallet",
    "WalletUnknown",
    "ensure_posted",
    "game_house",
    "house",
    "player_bonus",
    "player_cash",
    "player_hold",
    "player_receivable",
    "player_refund_hold",
    "psp_clearing",
    "psp_fees",
    "transfer_id",
]


@dataclass(frozen=True, slots=True)
class Posting:
    """The answer to one transfer. Balances are those after it (for a repeat: after it was first posted).

    A balance is None for provider and house accounts, whose balance nobody waits for, and where nothing is known.
    """

    transfer_id: UUID
    code: Code
    debit_balance: int | None
    credit_balance: int | None

    @property
    def posted(self) -> bool:
        """Whether the money has moved, now or by an earlier call."""
        return self.code in (Code.CREATED, Code.REPEATED)


@dataclass(frozen=True, slots=True)
class Wallet:
    """A player's accounts in one currency, read under the lock that postings take.

    `owed_minor` is for deposits and for wins that were taken back after he had spent them. `in_debt`: he owes money in
    some currency. `debt_stops`: because of a chargeback, and nobody let him go on.
    """

    casino_id: UUID
    player_id: UUID
    currency: str
    cash_minor: int
    bonus_minor: int
    hold_minor: int
    owed_minor: int
    in_debt: bool
    debt_stops: bool
    bets_blocked: bool
    deposits_blocked: bool


class InsufficientFunds(DomainError):
    """The player's account does not hold as much."""

    code = "insufficient_funds"

    @classmethod
    def default_detail(cls) -> str:
        """No amount: who is answered need not be who may know it."""
        return "The player's account does not hold as much: ask for less, or wait until it holds more."


class TransferDiffers(DomainError):
    """The same transfer id was used before for other facts."""

    code = "transfer_differs"


class WalletUnknown(NotFound):
    """The player has no wallet in this currency."""

    code = "wallet_unknown"


class TransferRefused(DomainError):
    """The ledger refused a transfer for another reason; the detail names its code."""

    code = "transfer_refused"


class Ledger(Protocol):
    """The books. Every method is safe to repeat with the same ids."""

    async def post(self, transfers: Sequence[Transfer], ctx: Context | None = None) -> list[Posting]:
        """Post in a transaction of the ledger's own; answers in the order of `transfers`, after the commit.

        `ctx` says who asked; the system itself when nobody did.

        Cancelling the caller does not undo what is under way: ask again with the same ids.
        """
        ...

    async def post_in(self, uow: UnitOfWork, transfers: Sequence[Transfer]) -> list[Posting]:
        """Post inside the caller's transaction: the postings and what he appends become true together or not at all.

        It locks the accounts it touches until that transaction ends: call it once per transaction, late, and make no
        outside call after it. A refusal does not raise; see `ensure_posted`.
        """
        ...

    async def lock_wallet(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str
    ) -> Wallet | None:
        """The wallet, locked until the transaction ends, so that its flags and balances stay as read; None: unknown."""
        ...

    async def find_wallet(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str
    ) -> Wallet | None:
        """The wallet as it is this moment, for what may be another thing the next; None: unknown."""
        ...

    async def open_wallet(self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str) -> None:
        """Make the player's accounts in `currency`; does nothing when they exist."""
        ...

    async def order_of_use(self, connection: AsyncConnection, casino_id: UUID) -> OrderOfUse:
        """From where stakes are taken first at a casino."""
        ...

    async def set_order_of_use(
        self, connection: AsyncConnection, casino_id: UUID, order: OrderOfUse, now: datetime
    ) -> None:
        """Change it, for bets decided after this transaction commits."""
        ...

    async def keep_bonus(self, uow: UnitOfWork, bonus_id: UUID, fact: BonusFact) -> None:
        """Keep what was done with bonus money, when and by whom, for ever."""
        ...

    async def restrict(
        self, connection: AsyncConnection, player_id: UUID, *, bets_blocked: bool, deposits_blocked: bool
    ) -> None:
        """Set the flags of all the player's wallets; a bet decided after this transaction commits sees them."""
        ...

    async def mark_debts(self, connection: AsyncConnection, player_id: UUID, *, stop: bool) -> None:
        """Say of what the player owes for deposits, as far as he does, whether it stops him (`Wallet.debt_stops`)."""
        ...


def ensure_posted(postings: Sequence[Posting]) -> None:
    """Raise the DomainError of the first refused transfer, if any; in a transaction this undoes everything."""
    for posting in postings:
        match posting.code:
            case Code.CREATED | Code.REPEATED:
                continue
            case Code.INSUFFICIENT_FUNDS:
                raise InsufficientFunds
            case Code.DIFFERENT_FACTS:
                raise TransferDiffers
            case Code.UNKNOWN_ACCOUNT:
                raise WalletUnknown
            case Code.GROUP_REFUSED:
                continue  # Another transfer of the group carries the reason.
            case _:
                raise TransferRefused(f"The ledger refused the transfer: {posting.code.name.lower()}.")

"""The port to the ledger: what the rest of payments says to it and hears from it. Pure values, no I/O.

Double entry: a transfer debits one account and credits another with the same amount, so the sum over all accounts of a
currency is always zero. A balance is credits minus debits: a player's cash is what we owe him, a provider's clearing
account runs negative while it holds our money.

Templates (debit -> credit), all of one currency:
    deposit             psp_clearing(provider) -> player_cash
    deposit_reversal    player_cash            -> psp_clearing(provider)      (player_receivable for what he spent)
    withdrawal_hold     player_cash            -> player_hold
    withdrawal_release  player_hold            -> player_cash
    withdrawal_paid     player_hold            -> psp_clearing(provider)
    withdrawal_returned psp_clearing(provider) -> player_cash
    psp_fee             psp_fees               -> psp_clearing(provider)      (the house's, never the player's)
    settlement          bank                   -> psp_clearing(provider)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import DomainError, NotFound
from chassis.store import UnitOfWork
from contracts.payments.wallet import WalletCode as Code
from contracts.payments.wallet import transfer_id

__all__ = [
    "AccountRef",
    "AccountType",
    "Code",
    "InsufficientFunds",
    "Ledger",
    "OwnerKind",
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
    "player_cash",
    "player_hold",
    "player_owed",
    "player_receivable",
    "psp_clearing",
    "psp_fees",
    "transfer_id",
]


class OwnerKind(StrEnum):
    """Whose account it is."""

    PLAYER = "player"
    PROVIDER = "provider"
    HOUSE = "house"


class AccountType(StrEnum):
    """What an account is for. A player's cash and hold never go below zero; every other account may."""

    CASH = "cash"
    WITHDRAWAL_HOLD = "withdrawal_hold"
    OWED = "owed"
    CHARGEBACK_RECEIVABLE = "chargeback_receivable"
    PSP_CLEARING = "psp_clearing"
    PSP_FEES = "psp_fees"
    GAME_HOUSE = "game_house"
    BANK = "bank"
    ADJUSTMENTS = "adjustments"
    SUSPENSE = "suspense"


class TransferKind(StrEnum):
    """Why money moved. Those that touch a player's accounts are published as `payments.transfer_posted`."""

    BET = "bet"
    WIN = "win"
    ROLLBACK_BET = "rollback_bet"
    ROLLBACK_WIN = "rollback_win"
    DEPOSIT = "deposit"
    DEPOSIT_REVERSAL = "deposit_reversal"
    WITHDRAWAL_HOLD = "withdrawal_hold"
    WITHDRAWAL_RELEASE = "withdrawal_release"
    WITHDRAWAL_PAID = "withdrawal_paid"
    WITHDRAWAL_RETURNED = "withdrawal_returned"
    ADJUSTMENT = "adjustment"
    OWED = "owed"
    CHARGEBACK = "chargeback"
    PSP_FEE = "psp_fee"
    SETTLEMENT = "settlement"
    TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True)
class AccountRef:
    """One account by its meaning. Provider and house accounts come into being when they are first named."""

    casino_id: UUID
    owner_kind: OwnerKind
    owner_id: str
    type: AccountType
    currency: str


def player_cash(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """What the player may bet or withdraw. It exists once `open_wallet` made it; unknown otherwise."""
    return AccountRef(casino_id, OwnerKind.PLAYER, str(player_id), AccountType.CASH, currency)


def player_hold(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """Money of open withdrawals."""
    return AccountRef(casino_id, OwnerKind.PLAYER, str(player_id), AccountType.WITHDRAWAL_HOLD, currency)


def player_owed(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """What the player owes us because a win he had spent was rolled back; negative or zero."""
    return AccountRef(casino_id, OwnerKind.PLAYER, str(player_id), AccountType.OWED, currency)


def player_receivable(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """What the player owes us because a deposit he had spent was taken back; negative or zero."""
    return AccountRef(casino_id, OwnerKind.PLAYER, str(player_id), AccountType.CHARGEBACK_RECEIVABLE, currency)


def psp_clearing(casino_id: UUID, provider: str, currency: str) -> AccountRef:
    """Our money at a payment provider, until it is settled with the bank."""
    return AccountRef(casino_id, OwnerKind.PROVIDER, provider, AccountType.PSP_CLEARING, currency)


def psp_fees(casino_id: UUID, provider: str, currency: str) -> AccountRef:
    """What a payment provider's services cost the house."""
    return AccountRef(casino_id, OwnerKind.PROVIDER, provider, AccountType.PSP_FEES, currency)


def game_house(casino_id: UUID, currency: str) -> AccountRef:
    """The house's side of every bet and win."""
    return AccountRef(casino_id, OwnerKind.HOUSE, "house", AccountType.GAME_HOUSE, currency)


def house(casino_id: UUID, account_type: AccountType, currency: str) -> AccountRef:
    """Another account of the house: bank, adjustments, suspense."""
    return AccountRef(casino_id, OwnerKind.HOUSE, "house", account_type, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement of money, as its caller wants it.

    Attributes:
        id: made by the caller, best with `transfer_id`; the same id again is the same movement, posted once.
        amount_minor: in minor units, greater than zero.
        group: transfers of one call with the same group are posted all or not at all.
        reference_id: what caused it: the deposit, the withdrawal, the bet.
        provider: the payment provider concerned, for the statement and for reconciliation.
    """

    id: UUID
    kind: TransferKind
    debit: AccountRef
    credit: AccountRef
    amount_minor: int
    group: UUID | None = None
    reference_id: UUID | None = None
    provider: str | None = None


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
    """A player's accounts in one currency, read under the lock that postings take."""

    casino_id: UUID
    player_id: UUID
    currency: str
    cash_minor: int
    hold_minor: int
    owed_minor: int
    bets_blocked: bool
    deposits_blocked: bool


class InsufficientFunds(DomainError):
    """The player's account does not hold as much."""

    code = "insufficient_funds"


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

    async def post(self, transfers: Sequence[Transfer]) -> list[Posting]:
        """Post in a transaction of the ledger's own; answers in the order of `transfers`, after the commit.

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

    async def open_wallet(self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str) -> None:
        """Make the player's accounts in `currency`; does nothing when they exist."""
        ...

    async def restrict(
        self, connection: AsyncConnection, player_id: UUID, *, bets_blocked: bool, deposits_blocked: bool
    ) -> None:
        """Set the flags of all the player's wallets; a bet decided after this transaction commits sees them."""
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

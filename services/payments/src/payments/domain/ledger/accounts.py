"""Accounts by their meaning, and the few kinds of them there are."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class AccountType(StrEnum):
    """What an account is for. A player's cash, bonus and holds never go below zero; every other account may."""

    CASH = "cash"
    BONUS = "bonus"
    WITHDRAWAL_HOLD = "withdrawal_hold"
    REFUND_HOLD = "refund_hold"
    OWED = "owed"
    CHARGEBACK_RECEIVABLE = "chargeback_receivable"
    PSP_CLEARING = "psp_clearing"
    PSP_FEES = "psp_fees"
    GAME_HOUSE = "game_house"
    BANK = "bank"
    ADJUSTMENTS = "adjustments"
    BONUS_EXPENSE = "bonus_expense"
    PLAYER_FEES = "player_fees"
    BAD_DEBT = "bad_debt"
    FX = "fx"
    SUSPENSE = "suspense"


FLOORS: dict[AccountType, int] = {
    AccountType.CASH: 0,
    AccountType.BONUS: 0,
    AccountType.WITHDRAWAL_HOLD: 0,
    AccountType.REFUND_HOLD: 0,
}
"""The least an account may hold, in minor units; accounts that are not named have no floor."""

HOLDS = (AccountType.WITHDRAWAL_HOLD, AccountType.REFUND_HOLD)
"""What is the player's and put aside: money on its way out, until its end is known."""

DEBTS = (AccountType.CHARGEBACK_RECEIVABLE, AccountType.OWED)
"""What he owes, in the order in which it is paid: for deposits that were taken back, then for wins that were."""

WALLET_TYPES = (AccountType.CASH, AccountType.WITHDRAWAL_HOLD, AccountType.OWED)
"""The accounts that make up a player's wallet; they are opened together."""


class WalletKey(NamedTuple):
    """Whose wallet, at which casino, in which currency."""

    casino_id: UUID
    player_id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class AccountRef:
    """One account by its meaning: a player's, a payment provider's, or (with neither) the house's.

    Provider and house accounts come into being when they are first named.
    """

    casino_id: UUID
    type: AccountType
    currency: str
    player_id: UUID | None = None
    provider: str | None = None

    @property
    def wallet(self) -> WalletKey | None:
        """The wallet it is part of; None for an account of the house or a provider."""
        return None if self.player_id is None else WalletKey(self.casino_id, self.player_id, self.currency)


def player_cash(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """What the player may bet or withdraw. It exists once `open_wallet` made it; unknown otherwise."""
    return AccountRef(casino_id, AccountType.CASH, currency, player_id)


def player_bonus(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """Money the house gave him to play with. It is made when he is first given some, and is never paid out."""
    return AccountRef(casino_id, AccountType.BONUS, currency, player_id)


def player_hold(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """Money of open withdrawals."""
    return AccountRef(casino_id, AccountType.WITHDRAWAL_HOLD, currency, player_id)


def player_refund_hold(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """Money of refunds that were ordered and are not decided."""
    return AccountRef(casino_id, AccountType.REFUND_HOLD, currency, player_id)


def player_receivable(casino_id: UUID, player_id: UUID, currency: str) -> AccountRef:
    """What the player owes us because a deposit he had spent was taken back; negative or zero."""
    return AccountRef(casino_id, AccountType.CHARGEBACK_RECEIVABLE, currency, player_id)


def psp_clearing(casino_id: UUID, provider: str, currency: str) -> AccountRef:
    """Our money at a payment provider, until it is settled with the bank."""
    return AccountRef(casino_id, AccountType.PSP_CLEARING, currency, provider=provider)


def psp_fees(casino_id: UUID, provider: str, currency: str) -> AccountRef:
    """What a payment provider's services cost the house."""
    return AccountRef(casino_id, AccountType.PSP_FEES, currency, provider=provider)


def game_house(casino_id: UUID, currency: str) -> AccountRef:
    """The house's side of every bet and win."""
    return AccountRef(casino_id, AccountType.GAME_HOUSE, currency)


def house(casino_id: UUID, account_type: AccountType, currency: str) -> AccountRef:
    """Another account of the house: bank, adjustments, suspense."""
    return AccountRef(casino_id, account_type, currency)

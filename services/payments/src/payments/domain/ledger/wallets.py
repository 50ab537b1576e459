"""A player's wallet as it stands, held under lock, and how a stake is split over its own money and the house's."""

from dataclasses import dataclass, field

from payments.domain.ledger.accounts import AccountType


@dataclass(slots=True, init=False)
class Account:
    """A player's account as it stands, held under lock. Without a floor it may run as low as it likes."""

    number: int
    balance_minor: int
    floor_minor: int | None
    opening_minor: int

    def __init__(self, number: int, balance_minor: int, floor_minor: int | None = None) -> None:
        self.number = number
        self.balance_minor = self.opening_minor = balance_minor
        self.floor_minor = floor_minor

    def holds(self, amount_minor: int) -> bool:
        """Whether as much may be taken from it."""
        return self.floor_minor is None or self.balance_minor - amount_minor >= self.floor_minor


@dataclass(slots=True)
class Wallet:
    """A player's accounts in one currency, and what he may not do."""

    cash: Account
    others: dict[AccountType, Account] = field(default_factory=dict)
    bets_blocked: bool = False

    @property
    def bonus(self) -> Account | None:
        """What the house gave him to bet with; None: he never had any."""
        return self.others.get(AccountType.BONUS)

    @property
    def bonus_minor(self) -> int | None:
        """How much of it there is; None as above."""
        bonus = self.others.get(AccountType.BONUS) if self.others else None
        return None if bonus is None else bonus.balance_minor

    def account(self, kind: AccountType) -> Account | None:
        """One of its accounts, if it was locked."""
        return self.cash if kind is AccountType.CASH else self.others.get(kind)


def staked_of_bonus(wallet: Wallet, amount_minor: int, *, bonus_first: bool) -> int | None:
    """How much of a stake comes from the bonus, the rest from cash; None when both together do not hold as much."""
    cash = wallet.cash
    cash_minor = max(0, cash.balance_minor - (cash.floor_minor or 0))
    if not wallet.others:
        return 0 if amount_minor <= cash_minor else None
    bonus_minor = wallet.bonus_minor or 0
    if cash_minor + bonus_minor < amount_minor:
        return None
    return min(amount_minor, bonus_minor) if bonus_first else max(0, amount_minor - cash_minor)


def won_by_bonus(amount_minor: int, staked_minor: int, of_bonus_minor: int) -> int:
    """How much of a win goes to the bonus: as much as it had of the stake, the part of a minor unit to cash.

    >>> won_by_bonus(100, 30, 10)
    33
    """
    return amount_minor * of_bonus_minor // staked_minor if staked_minor else 0

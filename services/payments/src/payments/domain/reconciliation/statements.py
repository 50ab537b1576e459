"""What a bank states of an account between two balances, and when that is believed."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import ClassVar, Final, NamedTuple

from payments.domain.reconciliation.rows import FileUnreadable

LONGEST_ACCOUNT: Final = 34
"""Letters and digits of an account's number, as an IBAN has at most."""


class Balance(NamedTuple):
    """What an account held at the end, or at the beginning, of a day; negative where it was overdrawn."""

    minor: int
    currency: str
    on: date


class BankStatement(NamedTuple):
    """One statement, all its pages together.

    Attributes:
        place: in the file, from 1.
        account: its number, as `account_key` writes it.
        name: how the bank calls the statement; `number` is its number in a row of them, where it has one.
        opening: what the account held before the first entry, `closing` after the last.
    """

    place: int
    account: str
    name: str | None
    number: int | None
    opening: Balance
    closing: Balance


class StatementUnbalanced(FileUnreadable):
    """What the bank says was there, came and went is not what it says is there now: lines are missing or changed."""

    code: ClassVar[str] = "statement_unbalanced"


class AccountNotOurs(FileUnreadable):
    """A statement is of an account that two people have not said is the casino's."""

    code: ClassVar[str] = "statement_of_another_account"


def account_key(text: str) -> str:
    """Letters in capitals and digits, nothing else: banks write one number with spaces, slashes, or without."""
    return "".join(one for one in text.upper() if one.isascii() and one.isalnum())


def must_be_ours(statement: BankStatement, ours: Mapping[str, AbstractSet[str]]) -> BankStatement:
    """The statement, its account as it is set for the casino; AccountNotOurs unless it is one of these, by currency.

    In an MT940 some banks write the currency behind the number.
    """
    currency = statement.opening.currency
    for account in (statement.account, statement.account.removesuffix(currency)):
        if account in ours.get(currency, frozenset()):
            return statement._replace(account=account)
    raise AccountNotOurs(
        f"statement {statement.place} is of the account …{statement.account[-4:]} in {currency}, which is none of the"
        " casino's: two people set those as the terms of the bank"
    )

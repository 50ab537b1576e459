"""Bank statements by SWIFT: MT940 (SWIFT User Handbook, category 9), read with the library mt-940.

The library takes a whole text; it is handed one message after the other, each of bounded size. A statement may go on
over several messages: the first opens with `:60F:`, the others with `:60M:`, and all but the last close with `:62M:`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, BinaryIO, Final, NamedTuple

from mt940.models import Transactions

from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.statements import Balance, BankStatement, StatementUnbalanced
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import (
    LONGEST_TEXT,
    account_of,
    balance_minor,
    balanced,
    currency_of,
    in_our_time,
    lines,
    money,
    word,
)

LARGEST_STATEMENT: Final = 4 * 1024 * 1024
_SAID: Final = ("customer_reference", "purpose", "transaction_details", "extra_details", "end_to_end_reference")
_TAKEN: Final = ("D", "RC")
"""Marks of a debit, and of the reversal of a credit; the library takes the second for money that came."""
_ENTRY: Final = re.compile(r"^:61:", re.MULTILINE)
_ACCOUNT: Final = re.compile(r"^:25P?:(.*)$", re.MULTILINE)
_BALANCES: Final = re.compile(r"^:(60|62)([FM]):", re.MULTILINE)


class Mt940:
    """Implements `StatementFormat`."""

    name = "mt940"
    provider: str | None = None

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port."""
        return (one for one in _read(file) if isinstance(one, SettlementRow))

    def statements(self, file: BinaryIO) -> Iterator[BankStatement]:
        """See the port."""
        return (one for one in _read(file) if isinstance(one, BankStatement))


class _Page(NamedTuple):
    """One message. `first` and `last`: the statement begins, or ends, with it."""

    statement: BankStatement
    first: bool
    last: bool
    entries: list[dict[str, Any]]


def _read(file: BinaryIO) -> Iterator[SettlementRow | BankStatement]:
    """Every entry, and every statement behind its last one."""
    number, place, found = 0, 1, False
    before: BankStatement | None = None
    for text in _statements(file):
        found, page, minor = True, _page(text, place, number), 0
        whole = _joined(before, page)
        for entry in page.entries:
            number += 1
            row = _row(entry, number)
            minor += row.amount_minor
            yield row
        balanced(page.statement, minor)
        before = None if page.last else whole
        if page.last:
            place += 1
            yield whole
    if before is not None:
        raise StatementUnbalanced(f"statement {before.place} goes on in a message that is not in the file")
    if not found:
        raise FileUnreadable("not an MT940 statement")


def _joined(before: BankStatement | None, page: _Page) -> BankStatement:
    """The pages up to this one."""
    one = page.statement
    if before is None and not page.first:
        raise StatementUnbalanced(f"statement {one.place} goes on from a message that is not in the file")
    if before is None:
        return one
    kept = (before.account, before.closing.minor, before.closing.currency)
    if page.first or kept != (one.account, one.opening.minor, one.opening.currency):
        raise StatementUnbalanced(f"statement {one.place} does not go on with the next message where it broke off")
    return before._replace(closing=one.closing)


def _statements(file: BinaryIO) -> Iterator[str]:
    """The texts from one `:20:` to the next."""
    held: list[str] = []
    size = 0
    for line in lines(file):
        if line.startswith(":20:") and held:
            yield "".join(held)
            held, size = [], 0
        if held or line.startswith(":20:"):
            held.append(line)
            size += len(line)
            if size > LARGEST_STATEMENT:
                raise FileUnreadable(f"a statement is longer than {LARGEST_STATEMENT} bytes")
    if held:
        yield "".join(held)


def _page(text: str, place: int, number: int) -> _Page:
    statement = Transactions()
    try:
        statement.parse(text)
    except (RuntimeError, ValueError, ArithmeticError, KeyError, AttributeError, AssertionError) as error:
        raise FileUnreadable(f"not MT940: {error}"[:200], number + 1) from None
    marks, accounts = dict(_BALANCES.findall(text)), _ACCOUNT.findall(text)
    if len(_BALANCES.findall(text)) != 2 or set(marks) != {"60", "62"} or len(accounts) != 1:
        raise FileUnreadable("a statement without one account, one opening and one closing balance", number + 1)
    entries = [one.data for one in statement if "amount" in one.data]
    if len(entries) != len(_ENTRY.findall(text)):
        raise FileUnreadable("a line :61: cannot be read", number + 1)
    said, first, last = statement.data, marks["60"] == "F", marks["62"] == "F"
    stated = BankStatement(
        place=place,
        account=account_of(accounts[0], number + 1),
        name=word(str(said.get("transaction_reference") or "")),
        number=int(said["statement_number"]) if said.get("statement_number") else None,
        opening=_balance(said.get(f"{'final' if first else 'intermediate'}_opening_balance"), number + 1),
        closing=_balance(said.get(f"{'final' if last else 'intermediate'}_closing_balance"), number + 1),
    )
    return _Page(stated, first, last, entries)


def _balance(said: Any, number: int) -> Balance:
    if said is None or said.date is None or not said.amount:
        raise FileUnreadable("a balance cannot be read", number)
    currency = currency_of(str(said.amount.currency or ""), number)
    on = in_our_time(datetime.combine(said.date, time(), UTC), number)
    minor = abs(balance_minor(f"{said.amount.amount:f}", currency, number))
    return Balance(-minor if str(said.status).upper() == "D" else minor, currency, on.date())


def _row(entry: dict[str, Any], number: int) -> SettlementRow:
    amount = entry["amount"]
    currency = currency_of(str(amount.currency or entry.get("currency") or ""), number)
    mark = str(entry.get("status") or "").upper()
    minor = abs(money(f"{amount.amount:f}", currency, number))
    said = " ".join(str(entry[name]) for name in _SAID if entry.get(name))
    return SettlementRow(
        line=number,
        movement=Movement.SETTLEMENT,
        our_reference=None,
        provider_reference=word(str(entry.get("bank_reference") or "")),
        batch=None,
        text=said[:LONGEST_TEXT] or None,
        amount_minor=-minor if mark in _TAKEN else minor,
        fee_minor=0,
        currency=currency,
        booked_at=datetime.combine(entry["date"], time(), UTC),
        final=True,
        code=mark,
    )

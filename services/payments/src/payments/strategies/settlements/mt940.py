"""Bank statements by SWIFT: MT940 (SWIFT User Handbook, category 9), read with the library mt-940.

The library takes a whole text; it is handed one statement after the other, each of bounded size.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, BinaryIO, Final

from mt940.models import Transactions

from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import LONGEST_TEXT, currency_of, lines, money, word

LARGEST_STATEMENT: Final = 4 * 1024 * 1024
_SAID: Final = ("customer_reference", "purpose", "transaction_details", "extra_details", "end_to_end_reference")
_TAKEN: Final = ("D", "RC")
"""Marks of a debit, and of the reversal of a credit; the library takes the second for money that came."""
_ENTRY: Final = re.compile(r"^:61:", re.MULTILINE)


class Mt940:
    """Implements `SettlementFormat`."""

    name = "mt940"
    provider: str | None = None

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port."""
        number, found = 0, False
        for statement in _statements(file):
            found = True
            for entry in _entries(statement, number):
                number += 1
                yield _row(entry, number)
        if not found:
            raise FileUnreadable("not an MT940 statement")


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


def _entries(text: str, number: int) -> list[dict[str, Any]]:
    statement = Transactions()
    try:
        statement.parse(text)
    except (RuntimeError, ValueError, ArithmeticError, KeyError, AttributeError, AssertionError) as error:
        raise FileUnreadable(f"not MT940: {error}"[:200], number + 1) from None
    if not {"final_opening_balance", "intermediate_opening_balance"} & set(statement.data):
        raise FileUnreadable("a statement without an opening balance", number + 1)
    entries = [one.data for one in statement if "amount" in one.data]
    if len(entries) != len(_ENTRY.findall(text)):
        raise FileUnreadable("a line :61: cannot be read", number + 1)
    return entries


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

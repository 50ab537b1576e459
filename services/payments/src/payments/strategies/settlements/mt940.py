"""Bank statements by SWIFT: MT940 (SWIFT User Handbook, category 9), read with the library mt-940.

The library takes a whole text; it is handed one message after the other, each of bounded size. A statement may go on
over several messages: the first opens with `:60F:`, the others with `:60M:`, and all but the last close with `:62M:`.

What is wrong is told in our words, by the line of the file and the field: the library's repeat what stands there, and
it logs that, too.
"""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, BinaryIO, Final, NamedTuple

from mt940.models import Transactions

from payments.domain.reconciliation.rows import FileUnreadable, Place, SettlementRow
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
_FIELD: Final = re.compile(r"^:([0-9]{2}|NS)([A-Z]?):", re.MULTILINE)
_ACCOUNT: Final = ("25", "25P")
_OPENING: Final = ("60F", "60M")
_CLOSING: Final = ("62F", "62M")
_ONCE: Final = {"an account (:25:)": _ACCOUNT, "an opening (:60:)": _OPENING, "a closing balance (:62:)": _CLOSING}
_BALANCE: Final = "not C or D, a day as YYMMDD, a currency and an amount with a comma"
_FORMS: Final = {
    "28": "not a number of the statement",
    "60": _BALANCE,
    "61": "not a day as YYMMDD, C, D, RC or RD, an amount with a comma, a type and a reference",
    "62": _BALANCE,
    "64": _BALANCE,
    "65": _BALANCE,
}
"""How the fields are written that can be written wrongly (SWIFT User Handbook, category 9, MT940)."""
_FAULTS: Final = (RuntimeError, ValueError, ArithmeticError, KeyError, AttributeError, AssertionError)
logging.getLogger("mt940").setLevel(logging.CRITICAL)


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


class _Field(NamedTuple):
    """Of a message: its tag, as in `60F`, the line of the file it stands at, and all of it."""

    tag: str
    line: int
    text: str

    @property
    def place(self) -> Place:
        """For whoever looks for it in the file."""
        return Place(self.line, f":{self.tag}:")


class _Page(NamedTuple):
    """One message. `first` and `last`: the statement begins, or ends, with it."""

    statement: BankStatement
    first: bool
    last: bool
    entries: list[tuple[dict[str, Any], Place]]


def _read(file: BinaryIO) -> Iterator[SettlementRow | BankStatement]:
    """Every entry, and every statement behind its last one."""
    number, place, found = 0, 1, False
    before: BankStatement | None = None
    for text, line in _statements(file):
        found, page, minor = True, _page(text, line, place), 0
        whole = _joined(before, page)
        for entry, at in page.entries:
            number += 1
            row = _row(entry, number, at)
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


def _statements(file: BinaryIO) -> Iterator[tuple[str, int]]:
    """The texts from one `:20:` to the next, and the lines they begin at."""
    held: list[str] = []
    size, first = 0, 0
    for number, line in enumerate(lines(file), 1):
        if line.startswith(":20:"):
            if held:
                yield "".join(held), first
            held, size, first = [], 0, number
        if first:
            held.append(line)
            size += len(line)
            if size > LARGEST_STATEMENT:
                raise FileUnreadable(f"a statement is longer than {LARGEST_STATEMENT} bytes", Place(first, ":20:"))
    if held:
        yield "".join(held), first


def _fields(text: str, line: int) -> list[_Field]:
    found = list(_FIELD.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    fields, at = [], 0
    for one, end in zip(found, ends, strict=True):
        line, at = line + text.count("\n", at, one.start()), one.start()
        fields.append(_Field(one[1] + one[2], line, text[at:end]))
    return fields


def _page(text: str, line: int, place: int) -> _Page:
    fields, statement = _fields(text, line), Transactions()
    try:
        statement.parse(text)
    except _FAULTS:
        raise _wrong(fields) from None
    account, opening, closing = (_once(fields, what, tags) for what, tags in _ONCE.items())
    entries, told = [one.data for one in statement if "amount" in one.data], [one for one in fields if one.tag == "61"]
    if len(entries) != len(told):
        raise _wrong(fields)
    said, first, last = statement.data, opening.tag == "60F", closing.tag == "62F"
    stated = BankStatement(
        place=place,
        account=account_of(account.text.partition("\n")[0].removeprefix(f":{account.tag}:"), account.place),
        name=word(str(said.get("transaction_reference") or "")),
        number=int(said["statement_number"]) if said.get("statement_number") else None,
        opening=_balance(said.get(f"{'final' if first else 'intermediate'}_opening_balance"), opening.place),
        closing=_balance(said.get(f"{'final' if last else 'intermediate'}_closing_balance"), closing.place),
    )
    return _Page(stated, first, last, [(entry, one.place) for entry, one in zip(entries, told, strict=True)])


def _once(fields: list[_Field], what: str, tags: tuple[str, ...]) -> _Field:
    found = [one for one in fields if one.tag in tags]
    if len(found) != 1:
        many = "more than once" if found else "nowhere"
        raise FileUnreadable(f"a statement that has {what} {many}", found[1].place if found else fields[0].place)
    return found[0]


def _wrong(fields: list[_Field]) -> FileUnreadable:
    """The first field that the library cannot read by itself, or that is no entry though it is called one."""
    for one in fields:
        alone = Transactions()
        try:
            alone.parse(one.text)
            readable = one.tag != "61" or any("amount" in entry.data for entry in alone)
        except _FAULTS:
            readable = False
        if not readable:
            return FileUnreadable(_FORMS.get(one.tag[:2], "not written as it should be"), one.place)
    return FileUnreadable("a statement that cannot be read", fields[0].place)


def _balance(said: Any, at: Place) -> Balance:
    if said is None or said.date is None or not said.amount:
        raise FileUnreadable(_BALANCE, at)
    currency = currency_of(str(said.amount.currency or ""), at)
    on = in_our_time(datetime.combine(said.date, time(), UTC), at)
    minor = abs(balance_minor(f"{said.amount.amount:f}", currency, at))
    return Balance(-minor if str(said.status).upper() == "D" else minor, currency, on.date())


def _row(entry: dict[str, Any], number: int, at: Place) -> SettlementRow:
    amount = entry["amount"]
    currency = currency_of(str(amount.currency or entry.get("currency") or ""), at)
    mark = str(entry.get("status") or "").upper()
    minor = abs(money(f"{amount.amount:f}", currency, at))
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

"""What readers share: lines of bounded length, strict text, columns by name, exact money."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, Final

from contracts.money import EXPONENTS, MAX_MINOR, MoneyMistake, to_major_string, to_minor
from payments.domain.reconciliation.rows import FileUnreadable, Place
from payments.domain.reconciliation.statements import LONGEST_ACCOUNT, BankStatement, StatementUnbalanced, account_key

LONGEST_LINE: Final = 64 * 1024
LONGEST_TEXT: Final = 500
"""What is kept of a text; the rest of it tells nothing more."""

_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2100

Record = Sequence[str]
Cell = Callable[[Record], str]


def lines(file: BinaryIO, *, encoding: str = "utf-8-sig") -> Iterator[str]:
    """The lines of a text file, each of bounded length.

    Raises:
        FileUnreadable: a line is too long, holds a NUL or is not text of this encoding.
    """
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise FileUnreadable(f"longer than {LONGEST_LINE} bytes", number)
        if b"\x00" in raw:
            raise FileUnreadable("not text", number)
        try:
            yield raw.decode(encoding if number == 1 else encoding.removesuffix("-sig"))
        except UnicodeDecodeError:
            raise FileUnreadable("not UTF-8", number) from None


class Table:
    """A CSV file whose first line names its columns.

    Args:
        required: columns without which it is another file.
    """

    def __init__(self, file: BinaryIO, required: Iterable[str], *, delimiter: str = ",") -> None:
        self._reader = csv.reader(lines(file), delimiter=delimiter, strict=True)
        header = self._next()
        if header is None:
            raise FileUnreadable("empty")
        self.columns = [name.strip() for name in header]
        self._places = {name.casefold(): place for place, name in enumerate(self.columns)}
        if len(self._places) != len(header):
            raise FileUnreadable("a column is there twice", 1)
        missing = [name for name in required if name.casefold() not in self._places]
        if missing:
            raise FileUnreadable(f"columns are missing: {', '.join(missing)}", 1)

    def cell(self, *names: str) -> Cell:
        """Reads the first of these columns that is there, stripped; empty when none is."""
        place = next((self._places[one] for name in names if (one := name.casefold()) in self._places), None)
        if place is None:
            return lambda _record: ""
        return lambda record: record[place].strip()

    def records(self) -> Iterator[tuple[int, Record]]:
        """Line number and cells of every further line that is not empty."""
        width = len(self.columns)
        while (record := self._next()) is not None:
            if not record:
                continue
            if len(record) != width:
                raise FileUnreadable(f"{len(record)} cells instead of {width}", self._reader.line_num)
            yield self._reader.line_num, record

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error:
            raise FileUnreadable("not CSV", self._reader.line_num) from None


def money(text: str, currency: str, at: Place | int) -> int:
    """Exact minor units of a plain decimal; an empty cell is nothing.

    Raises:
        FileUnreadable: no amount, not exact in this currency, or beyond what one movement may be.
    """
    if not text:
        return 0
    if currency not in EXPONENTS:
        raise FileUnreadable("an amount in a currency that is not known here", at)
    try:
        minor = to_minor(text, currency)
    except MoneyMistake:
        raise FileUnreadable(f"an amount that is no plain decimal number, or not exact in {currency}", at) from None
    if abs(minor) > MAX_MINOR:
        raise FileUnreadable("an amount larger than one movement may be", at)
    return minor


def balance_minor(text: str, currency: str, at: Place | int) -> int:
    """As `money`; a balance that is not there is nothing, and no zero."""
    if not text:
        raise FileUnreadable("a balance without an amount", at)
    return money(text, currency, at)


def account_of(text: str, at: Place | int) -> str:
    """The number of a bank account as `account_key` writes it; FileUnreadable when it can be none."""
    key = account_key(text)
    if not 0 < len(key) <= LONGEST_ACCOUNT + 3:  # A currency may stand behind it.
        raise FileUnreadable("not the number of an account", at)
    return key


def balanced(statement: BankStatement, entries_minor: int) -> BankStatement:
    """The statement; StatementUnbalanced where its entries do not lead from one balance to the other."""
    (_, _, _, _, opening, closing) = statement
    if opening.currency != closing.currency:
        raise StatementUnbalanced(
            f"statement {statement.place} opens in {opening.currency} and closes in {closing.currency}"
        )
    if opening.minor + entries_minor != closing.minor:
        said = [to_major_string(one, opening.currency) for one in (opening.minor, entries_minor, closing.minor)]
        raise StatementUnbalanced(
            f"statement {statement.place} opens with {said[0]} {opening.currency}, its entries add up to {said[1]}, and"
            f" it closes with {said[2]}"
        )
    return statement


def paid(amount: str, currency: str, settled: tuple[int, str], line: int) -> tuple[int | None, str | None]:
    """What was paid, and its currency, where that is another than it was settled in.

    The amount is signed as `settled`, whichever sign the file gives it; None where it is not said, or is of a currency
    this installation does not know.
    """
    minor, settled_in = settled
    if not currency or currency.upper() == settled_in:
        return None, None
    code = currency_of(currency, line)
    if not amount or code not in EXPONENTS:
        return None, code
    size = abs(money(amount, code, line))
    return (size if minor >= 0 else -size), code


def moment(text: str, at: Place | int) -> datetime:
    """A moment in ISO 8601 or SQL form; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
        return in_our_time(found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC), at)
    except (ValueError, OverflowError):
        raise FileUnreadable("not a date that there is, nor a date and time", at) from None


def in_our_time(found: datetime, at: Place | int) -> datetime:
    """The moment; FileUnreadable when no settlement can be of that year."""
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise FileUnreadable(f"a date before {_FIRST_YEAR} or after {_LAST_YEAR}", at)
    return found


def currency_of(text: str, at: Place | int) -> str:
    """A currency in capitals; FileUnreadable when it is none by its form."""
    code = text.upper()
    if not 3 <= len(code) <= 5 or not code.isascii() or not code.isalnum():
        raise FileUnreadable("not the code of a currency", at)
    return code


def word(text: str) -> str | None:
    """The text, bounded; None when it is empty."""
    return text[:LONGEST_TEXT] or None

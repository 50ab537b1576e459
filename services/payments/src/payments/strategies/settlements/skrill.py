"""Skrill's account history, CSV (Automated Payments Interface, /app/query.pl?action=history).

The columns are those of the published examples of the interface: amounts in `[-] EUR` and `[+] EUR`, named after the
account's currency; fees are lines of their own. Skrill books fees with four decimal places: what is less than a minor
unit is carried to the next fee, so that the sum of the file is exact to less than one minor unit and nothing is rounded
twice.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from contracts.money import MAX_MINOR, MoneyMistake, exponent
from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import Table, money, paid, word

REQUIRED: Final = ("ID", "Time (CET)", "Type", "Transaction Details", "Status", "Reference")

TYPES: Final = {
    ("Receive Money", True): Movement.DEPOSIT,
    ("Refund", False): Movement.REVERSAL,
    ("Chargeback", False): Movement.REVERSAL,
    ("Send Money", False): Movement.PAYOUT,
    ("Send Money", True): Movement.PAYOUT_RETURNED,
    ("Refund", True): Movement.REVERSAL_UNDONE,
    ("Withdraw Money", False): Movement.SETTLEMENT,
    ("Withdrawal", False): Movement.SETTLEMENT,
    ("Bank Withdrawal", False): Movement.SETTLEMENT,
}
"""By the type and whether money came."""

_ZONE: Final = ZoneInfo("Europe/Berlin")
_COLUMN: Final = re.compile(r"\[-\] ([A-Z]{3})")
_AMOUNT: Final = re.compile(r"-?[0-9]{0,18}(\.[0-9]{1,8})?", re.ASCII)


class SkrillHistory:
    """Implements `SettlementFormat`."""

    name = "skrill_history"
    provider: str | None = "skrill"

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port."""
        table = Table(file, REQUIRED)
        currency = next((found[1] for name in table.columns if (found := _COLUMN.fullmatch(name))), None)
        if currency is None:
            raise FileUnreadable("columns are missing: [-] <currency>", 1)
        own, stamp, kind, details, status, ours = (table.cell(name) for name in REQUIRED)
        minus, plus = table.cell(f"[-] {currency}"), table.cell(f"[+] {currency}")
        related = table.cell("ID of the corresponding Skrill transaction")
        sent, sent_in = table.cell("Amount Sent"), table.cell("Currency sent")
        carry = _Carry(currency)
        for line, cells in table.records():
            came, went = plus(cells), minus(cells)
            is_fee = details(cells) == "Fee"
            amount = 0 if is_fee else _plain(came, currency, line) - _plain(went, currency, line)
            told = (None, None) if is_fee else paid(_leading(sent(cells)), sent_in(cells), (amount, currency), line)
            yield SettlementRow(
                line=line,
                movement=Movement.FEE if is_fee else TYPES.get((kind(cells), amount >= 0), Movement.OTHER),
                our_reference=word(ours(cells)),
                provider_reference=word(related(cells) or own(cells)),
                batch=None,
                text=word(own(cells)),
                amount_minor=amount,
                fee_minor=carry.take(went, came, line) if is_fee else 0,
                currency=currency,
                booked_at=_moment(stamp(cells), line),
                final=status(cells).casefold() == "processed",
                code=f"{kind(cells)[:60]}: {status(cells)[:30]}",
                paid_minor=told[0],
                paid_currency=told[1],
            )


class _Carry:
    """Adds up fees of more decimal places than the currency has, and hands out whole minor units."""

    def __init__(self, currency: str) -> None:
        try:
            self._scale = Decimal(10) ** exponent(currency)
        except MoneyMistake:
            raise FileUnreadable("a column in a currency that is not known here", 1) from None
        self._exact, self._told = Decimal(0), 0

    def take(self, paid: str, back: str, line: int) -> int:
        self._exact += (_decimal(paid, line) - _decimal(back, line)) * self._scale
        whole = int(self._exact)
        minor, self._told = whole - self._told, whole
        if abs(minor) > MAX_MINOR:
            raise FileUnreadable("more than one movement may be", line)
        return minor


def _decimal(text: str, line: int) -> Decimal:
    try:
        if text and _AMOUNT.fullmatch(text):
            return Decimal(text)
    except InvalidOperation:
        pass  # A lone point or sign: no amount, as below.
    if text:
        raise FileUnreadable("not an amount", line)
    return Decimal(0)


def _plain(text: str, currency: str, line: int) -> int:
    return money(_leading(text), currency, line)


def _leading(text: str) -> str:
    """Skrill writes `.5`."""
    return f"0{text}" if text.startswith(".") else text


def _moment(text: str, line: int) -> datetime:
    try:
        return datetime.strptime(text, "%d %b %y %H:%M").replace(tzinfo=_ZONE).astimezone(UTC)
    except ValueError:
        raise FileUnreadable("not a date and time", line) from None

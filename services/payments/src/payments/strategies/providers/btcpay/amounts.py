"""How much came in: what the chain has confirmed, at the rate the invoice was made with, in the invoice's currency.

The invoice itself tells too much: its `paidAmount` counts payments that may still be taken back. Its payment methods
list every payment with its own state, and the rate.

The rate holds for what was asked, while the invoice can be paid: later, or for more, a coin whose price has fallen
would buy too much at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from contracts.money import MAX_MINOR, MoneyMistake, exponent
from payments.strategies.providers.reading import decimal, section, word

USUALLY_OFF_PERMILLE: Final = 50
"""Wallets take their fee off, and rates are rounded; our own measure."""


@dataclass(frozen=True, slots=True)
class Received:
    """What an invoice has received.

    Attributes:
        minor: what is confirmed, in minor units of the invoice's currency, rounded down.
        pending: there is a payment that may still be confirmed, or taken back.
        late: some of it came when the rate did not hold any more, or nobody can tell.
        over: it is more at the invoice's rate than wallets and roundings explain.
    """

    minor: int
    pending: bool
    late: bool = False
    over: bool = False


def received(methods: object, invoice: Mapping[str, Any]) -> Received | None:
    """What the payment methods of an invoice say; None when any part of it cannot be read.

    >>> invoice = {"currency": "EUR", "amount": "50.00", "expirationTime": 1_772_000_900}
    >>> paid = {"value": "0.00078", "fee": "0", "status": "Settled", "receivedDate": 1_772_000_100}
    >>> received([{"rate": "64392.23", "payments": [paid]}], invoice)
    Received(minor=5022, pending=False, late=False, over=False)
    """
    asked = decimal(invoice.get("amount"))
    try:
        units = 10 ** exponent(word(invoice.get("currency")) or "")
    except MoneyMistake:
        return None
    if not isinstance(methods, list) or asked is None:
        return None
    confirmed, pending, late, exchanged = Fraction(0), False, False, False
    for method in map(section, methods):
        payments, rate = method.get("payments"), decimal(method.get("rate"))
        if not isinstance(payments, list):
            return None
        for payment in map(section, payments):
            if payment.get("status") == "Invalid":
                continue
            value = _value(payment, rate)
            if value is None:
                return None
            settled = payment.get("status") == "Settled"
            pending |= not settled
            confirmed += value if settled else 0
            if rate != 1:
                exchanged = True
                late |= not _in_time(payment, invoice)
    minor = int(confirmed * units)
    over = exchanged and confirmed * 1000 > asked * (1000 + USUALLY_OFF_PERMILLE)
    return Received(minor, pending, late, over) if minor <= MAX_MINOR else None


def _in_time(payment: Mapping[str, Any], invoice: Mapping[str, Any]) -> bool:
    """Both in seconds since 1970. When a chain confirms it is nobody's choice: that it was seen in time is enough."""
    seen, until = payment.get("receivedDate"), invoice.get("expirationTime")
    return isinstance(seen, int) and isinstance(until, int) and seen <= until


def _value(payment: Mapping[str, Any], rate: Fraction | None) -> Fraction | None:
    """A payment in the invoice's currency, less the network fee the store asks of its payers."""
    value, fee = decimal(payment.get("value")), decimal(payment.get("fee", "0"))
    if value is None or fee is None or not rate:
        return None
    return max(value - fee, Fraction(0)) * rate

"""How much came in: what the chain has confirmed, at the rate the invoice was made with, in the invoice's currency.

The invoice itself tells too much: its `paidAmount` counts payments that may still be taken back. Its payment methods
list every payment with its own state, and the rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from contracts.money import MAX_MINOR, MoneyMistake, exponent
from payments.strategies.providers.reading import decimal, section


@dataclass(frozen=True, slots=True)
class Received:
    """What an invoice has received.

    Attributes:
        minor: what is confirmed, in minor units of the invoice's currency, rounded down.
        pending: there is a payment that may still be confirmed, or taken back.
    """

    minor: int
    pending: bool


def received(methods: object, currency: str) -> Received | None:
    """What the payment methods of an invoice in `currency` say; None when any part of it cannot be read.

    >>> paid = {"value": "0.00078", "fee": "0", "status": "Settled"}
    >>> received([{"rate": "64392.23", "payments": [paid]}], "EUR")
    Received(minor=5022, pending=False)
    """
    try:
        units = 10 ** exponent(currency)
    except MoneyMistake:
        return None
    if not isinstance(methods, list):
        return None
    confirmed, pending = Fraction(0), False
    for method in map(section, methods):
        payments = method.get("payments")
        if not isinstance(payments, list):
            return None
        for payment in map(section, payments):
            if payment.get("status") == "Invalid":
                continue
            value = _value(payment, method)
            if value is None:
                return None
            settled = payment.get("status") == "Settled"
            pending |= not settled
            confirmed += value if settled else 0
    minor = int(confirmed * units)
    return Received(minor, pending) if minor <= MAX_MINOR else None


def _value(payment: Mapping[str, Any], method: Mapping[str, Any]) -> Fraction | None:
    """A payment in the invoice's currency, less the network fee the store asks of its payers."""
    value, fee, rate = decimal(payment.get("value")), decimal(payment.get("fee", "0")), decimal(method.get("rate"))
    if value is None or fee is None or not rate:
        return None
    return max(value - fee, Fraction(0)) * rate

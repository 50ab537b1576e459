"""Praxis's amounts: whole cents, but for currencies it counts in whole units.

Source: doc.praxiscashier.com, "Cashier API" and "Understanding Amounts". JPY, CLP and KRW are sent as they are; of
currencies with three decimals, which are as well, we know no exact form, and take none.
"""

from collections.abc import Mapping
from typing import Any

from chassis.domain import Invalid
from contracts.money import EXPONENTS, MAX_MINOR
from payments.strategies.providers.currencies import NATIONAL
from payments.strategies.providers.reading import word

_AS_THEY_ARE = frozenset({"CLP", "JPY", "KRW"})
_HUNDREDFOLD = 100


def to_wire(amount_minor: int, currency: str) -> int:
    """Praxis's amount; Invalid for a currency that has none of two decimals or none at all.

    >>> to_wire(12_34, "EUR"), to_wire(500, "JPY"), to_wire(500, "ISK")
    (1234, 500, 50000)
    """
    return amount_minor * _factor(currency)


def from_wire(amount: object, currency: str | None) -> int | None:
    """Our minor units; None when it is not a positive whole number of them, or the currency is not one of ours.

    >>> from_wire(1234, "EUR"), from_wire("1234", "EUR"), from_wire(501, "ISK"), from_wire(0, "EUR")
    (1234, 1234, None, None)
    """
    if isinstance(amount, str) and amount.isascii() and amount.isdecimal() and len(amount) < len(str(MAX_MINOR)) + 3:
        amount = int(amount)
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        return None
    try:
        whole, rest = divmod(amount, _factor(currency or ""))
    except Invalid:
        return None
    return None if rest or whole > MAX_MINOR else whole


def charged(transaction: Mapping[str, Any]) -> tuple[int, str] | None:
    """What was paid, in our minor units; None when it cannot be read.

    The amount that was processed counts, where that is in the transaction's currency: fees and partial payments change
    it. Where the player paid in another one, it is the transaction's own amount, which follows what was converted.
    """
    currency = word(transaction.get("currency"))
    amount: object = transaction.get("amount")
    for kind in ("charge", "processed"):
        if transaction.get(f"{kind}_amount") is not None and transaction.get(f"{kind}_currency") == currency:
            amount = transaction[f"{kind}_amount"]
            break
    minor = from_wire(amount, currency)
    return (minor, currency) if minor is not None and currency is not None else None


def _factor(currency: str) -> int:
    places = EXPONENTS[currency] if currency in NATIONAL else None
    if places == 2 or currency in _AS_THEY_ARE:
        return 1
    if places == 0:
        return _HUNDREDFOLD
    raise Invalid(f"This provider does not take {currency}.", field="currency")

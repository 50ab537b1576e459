"""Adyen's units: minor units, but for a few currencies (docs.adyen.com/development-resources/currency-codes).

CLP and ISK have no decimals and are written with two. CVE and IDR deviate too, and are not taken.
"""

from chassis.domain import Invalid
from contracts.money import MAX_MINOR
from payments.strategies.providers.currencies import NATIONAL

_WRITTEN_WITH_TWO_DECIMALS = frozenset({"CLP", "ISK"})
_HUNDREDFOLD = 100


def to_wire(amount_minor: int, currency: str) -> int:
    """Our minor units in Adyen's; Invalid when Adyen does not know the currency.

    >>> to_wire(12_34, "EUR"), to_wire(500, "JPY"), to_wire(5, "ISK"), to_wire(5_123, "KWD")
    (1234, 500, 500, 5123)
    """
    if currency not in NATIONAL:
        raise Invalid(f"This provider does not take {currency}.", field="currency")
    return amount_minor * _HUNDREDFOLD if currency in _WRITTEN_WITH_TWO_DECIMALS else amount_minor


def from_wire(amount: object, currency: str) -> int | None:
    """Adyen's amount in our minor units; None when it is not a positive whole number of them.

    >>> from_wire(1234, "EUR"), from_wire(500, "ISK"), from_wire(501, "ISK"), from_wire(0, "EUR"), from_wire("5", "EUR")
    (1234, 5, None, None, None)
    """
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        return None
    whole, rest = divmod(amount, _HUNDREDFOLD) if currency in _WRITTEN_WITH_TWO_DECIMALS else (amount, 0)
    return None if rest or whole > MAX_MINOR else whole

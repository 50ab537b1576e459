"""Stripe's units. Most are minor units; two families are not (docs.stripe.com/currencies).

ISK has no decimals but is written with two, and amounts with three decimals must end in 0.
"""

from chassis.domain import Invalid
from contracts.money import exponent
from payments.strategies.providers.currencies import NATIONAL

_WRITTEN_WITH_TWO_DECIMALS = frozenset({"ISK"})
_HUNDREDFOLD = 100
_MOST_DECIMALS = 3
_LARGEST = 99_999_999
"""Stripe takes amounts of up to eight digits, in its own units."""


def to_wire(amount_minor: int, currency: str) -> int:
    """Our minor units in Stripe's; Invalid when Stripe cannot take the amount exactly.

    >>> to_wire(12_34, "EUR"), to_wire(500, "JPY"), to_wire(5, "ISK"), to_wire(5_120, "KWD")
    (1234, 500, 500, 5120)
    """
    if currency not in NATIONAL:
        raise Invalid(f"This provider does not take {currency}.", field="currency")
    if exponent(currency) == _MOST_DECIMALS and amount_minor % 10:
        raise Invalid("This provider takes no more than two decimals.", field="amount_minor")
    amount = amount_minor * _HUNDREDFOLD if currency in _WRITTEN_WITH_TWO_DECIMALS else amount_minor
    if amount > _LARGEST:
        raise Invalid("This provider takes amounts of up to eight digits.", field="amount_minor")
    return amount


def from_wire(amount: object, currency: str) -> int | None:
    """Stripe's amount in our minor units; None when it is not a positive whole number of them.

    >>> from_wire(1234, "EUR"), from_wire(500, "ISK"), from_wire(501, "ISK"), from_wire(0, "EUR")
    (1234, 5, None, None)
    """
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        return None
    if currency not in _WRITTEN_WITH_TWO_DECIMALS:
        return amount
    whole, rest = divmod(amount, _HUNDREDFOLD)
    return None if rest else whole

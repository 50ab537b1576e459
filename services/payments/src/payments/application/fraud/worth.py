"""What money is worth in the currency of a payment, for rules whose amounts are euros."""

from dataclasses import dataclass
from fractions import Fraction

from contracts.money import EXPONENTS
from payments.application.exchange_store import RateSource
from payments.domain.exchange.quotes import Rates, RateUnavailable

EURO_MINOR = 100
"""Of currencies without a rate. Most of their minor units are worth less than a cent: bounds are too low there rather
than too high, so that people see more, and nobody is let go."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What things are worth in this currency. Rates may be old: a bound in a rule needs no price of today.

    >>> Worth("EUR", None).euro_minor, Worth("EUR", None).of(5, "EUR"), Worth("EUR", None).of(5, "USD")
    (100, 5, None)
    """

    currency: str
    rates: Rates | None

    @classmethod
    def by(cls, source: RateSource, currency: str) -> "Worth":
        """By the newest rates there are, if there are any."""
        try:
            return cls(currency, source.rates())
        except RateUnavailable:
            return cls(currency, None)

    @property
    def euro_minor(self) -> int:
        """What one euro is, in minor units of the currency, at least one of them."""
        minor = self._of(EURO_MINOR, "EUR")
        return EURO_MINOR if minor is None else max(round(minor), 1)

    def of(self, amount_minor: int, currency: str) -> int | None:
        """The amount in minor units of the currency, rounded down; None: no rate tells."""
        if currency == self.currency:
            return amount_minor
        minor = self._of(amount_minor, currency)
        return None if minor is None else int(minor)

    def _of(self, amount_minor: int, currency: str) -> Fraction | None:
        per_base = {} if self.rates is None else self.rates.per_base
        if currency not in per_base or self.currency not in per_base:
            return None
        rate = Fraction(per_base[self.currency]) / Fraction(per_base[currency])
        return amount_minor * rate * Fraction(10 ** EXPONENTS[self.currency], 10 ** EXPONENTS[currency])

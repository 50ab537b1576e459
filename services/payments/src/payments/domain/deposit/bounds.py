"""How little and how much a casino takes in one deposit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from payments.domain.deposit.errors import AmountOutsidePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositBounds:
    """In minor units of one currency, both included. None: the casino said nothing of it.

    >>> DepositBounds(min_minor=1000).check(1000)
    """

    min_minor: int | None = None
    max_minor: int | None = None

    def check(self, amount_minor: int) -> None:
        """Raise AmountOutsidePolicy when as little, or as much, is not taken at once."""
        if self.min_minor is not None and amount_minor < self.min_minor:
            raise AmountOutsidePolicy(f"At least {self.min_minor} minor units at once.", field="amount_minor")
        if self.max_minor is not None and amount_minor > self.max_minor:
            raise AmountOutsidePolicy(f"At most {self.max_minor} minor units at once.", field="amount_minor")


MOST_MINOR: Mapping[str, int] = {
    "AUD": 200_000_00, "BGN": 200_000_00, "BRL": 600_000_00, "CAD": 150_000_00, "CHF": 100_000_00, "CLP": 100_000_000,
    "CZK": 2_500_000_00, "DKK": 750_000_00, "EUR": 100_000_00, "GBP": 100_000_00, "HUF": 40_000_000_00,
    "INR": 10_000_000_00, "ISK": 15_000_000, "JPY": 20_000_000, "KRW": 150_000_000, "KWD": 35_000_000,
    "MXN": 2_000_000_00, "NOK": 1_000_000_00, "NZD": 200_000_00, "PEN": 400_000_00, "PLN": 400_000_00,
    "RON": 500_000_00, "SEK": 1_000_000_00, "TND": 350_000_000, "TRY": 5_000_000_00, "USD": 100_000_00,
    "ZAR": 2_000_000_00, "BTC": 2 * 10**8, "ETH": 50 * 10**8, "LTC": 1_000 * 10**8, "USDT": 100_000 * 10**6,
}  # fmt: skip
"""The most at once where the casino said no other: about 100,000 euros, so that a slip of the keys is no deposit.

Round figures rather than rates of the day: what is taken today shall be taken tomorrow, whatever currencies do.
"""

_MOST_OF_OTHERS_MINOR = 100_000


def euro_minor(currency: str) -> int:
    """About a euro in minor units of the currency, in as round a figure as the most at once.

    >>> [euro_minor(one) for one in ("EUR", "JPY", "BTC", "XXX")]
    [100, 200, 2000, 1]
    """
    return MOST_MINOR.get(currency, _MOST_OF_OTHERS_MINOR) // 100_000


def bounds_of(said: Mapping[str, DepositBounds], currency: str) -> DepositBounds:
    """The bounds in force: what the casino said, by currency; where it named no most, the one of everybody.

    >>> bounds_of({"EUR": DepositBounds(min_minor=5)}, "EUR")
    DepositBounds(min_minor=5, max_minor=10000000)
    """
    bounds = said.get(currency, DepositBounds())
    if bounds.max_minor is not None:
        return bounds
    most = MOST_MINOR.get(currency, _MOST_OF_OTHERS_MINOR)
    return replace(bounds, max_minor=max(most, bounds.min_minor or 0))

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
    "AED": 400_000_00, "AFN": 8_000_000_00, "ALL": 10_000_000_00, "AMD": 45_000_000_00, "AOA": 100_000_000_00,
    "ARS": 150_000_000_00, "AUD": 200_000_00, "AWG": 200_000_00, "AZN": 200_000_00, "BAM": 200_000_00,
    "BBD": 200_000_00, "BDT": 15_000_000_00, "BGN": 200_000_00, "BHD": 40_000_000, "BIF": 350_000_000,
    "BMD": 100_000_00, "BND": 150_000_00, "BOB": 800_000_00, "BRL": 600_000_00, "BSD": 100_000_00,
    "BTN": 10_000_000_00, "BWP": 1_500_000_00, "BYN": 350_000_00, "BZD": 200_000_00, "CAD": 150_000_00,
    "CDF": 250_000_000_00, "CHF": 100_000_00, "CLP": 100_000_000, "CNY": 800_000_00, "COP": 450_000_000_00,
    "CRC": 60_000_000_00, "CUP": 3_000_000_00, "CVE": 10_000_000_00, "CZK": 2_500_000_00, "DJF": 20_000_000,
    "DKK": 750_000_00, "DOP": 7_000_000_00, "DZD": 15_000_000_00, "EGP": 5_000_000_00, "ERN": 1_500_000_00,
    "ETB": 15_000_000_00, "EUR": 100_000_00, "FJD": 250_000_00, "FKP": 100_000_00, "GBP": 100_000_00,
    "GEL": 300_000_00, "GHS": 1_000_000_00, "GIP": 100_000_00, "GMD": 8_000_000_00, "GNF": 1_000_000_000,
    "GTQ": 900_000_00, "GYD": 25_000_000_00, "HKD": 900_000_00, "HNL": 3_000_000_00, "HTG": 15_000_000_00,
    "HUF": 40_000_000_00, "IDR": 2_000_000_000_00, "ILS": 400_000_00, "INR": 10_000_000_00, "IQD": 150_000_000_000,
    "IRR": 5_000_000_000_00, "ISK": 15_000_000, "JMD": 20_000_000_00, "JOD": 80_000_000, "JPY": 20_000_000,
    "KES": 15_000_000_00, "KGS": 10_000_000_00, "KHR": 450_000_000_00, "KMF": 50_000_000, "KPW": 100_000_000_00,
    "KRW": 150_000_000, "KWD": 35_000_000, "KYD": 100_000_00, "KZT": 60_000_000_00, "LAK": 2_500_000_000_00,
    "LBP": 10_000_000_000_00, "LKR": 35_000_000_00, "LRD": 20_000_000_00, "LSL": 2_000_000_00, "LYD": 600_000_000,
    "MAD": 1_000_000_00, "MDL": 2_000_000_00, "MGA": 500_000_000_00, "MKD": 6_000_000_00, "MMK": 250_000_000_00,
    "MNT": 400_000_000_00, "MOP": 900_000_00, "MRU": 4_500_000_00, "MUR": 5_000_000_00, "MVR": 2_000_000_00,
    "MWK": 200_000_000_00, "MXN": 2_000_000_00, "MYR": 500_000_00, "MZN": 7_000_000_00, "NAD": 2_000_000_00,
    "NGN": 150_000_000_00, "NIO": 4_000_000_00, "NOK": 1_000_000_00, "NPR": 15_000_000_00, "NZD": 200_000_00,
    "OMR": 45_000_000, "PAB": 100_000_00, "PEN": 400_000_00, "PGK": 500_000_00, "PHP": 7_000_000_00,
    "PKR": 30_000_000_00, "PLN": 400_000_00, "PYG": 800_000_000, "QAR": 400_000_00, "RON": 500_000_00,
    "RSD": 10_000_000_00, "RUB": 9_000_000_00, "RWF": 150_000_000, "SAR": 400_000_00, "SBD": 1_000_000_00,
    "SCR": 1_500_000_00, "SDG": 70_000_000_00, "SEK": 1_000_000_00, "SGD": 150_000_00, "SHP": 100_000_00,
    "SLE": 2_500_000_00, "SOS": 60_000_000_00, "SRD": 4_500_000_00, "SSP": 500_000_000_00, "STN": 2_500_000_00,
    "SVC": 1_000_000_00, "SYP": 1_000_000_000_00, "SZL": 2_000_000_00, "THB": 4_000_000_00, "TJS": 1_000_000_00,
    "TMT": 400_000_00, "TND": 350_000_000, "TOP": 250_000_00, "TRY": 5_000_000_00, "TTD": 800_000_00,
    "TWD": 3_500_000_00, "TZS": 300_000_000_00, "UAH": 5_000_000_00, "UGX": 400_000_000, "USD": 100_000_00,
    "UYU": 4_500_000_00, "UZS": 1_500_000_000_00, "VED": 30_000_000_00, "VES": 30_000_000_00, "VND": 3_000_000_000,
    "VUV": 15_000_000, "WST": 300_000_00, "XAF": 65_000_000, "XCD": 300_000_00, "XCG": 200_000_00, "XOF": 65_000_000,
    "XPF": 12_000_000, "YER": 25_000_000_00, "ZAR": 2_000_000_00, "ZMW": 2_500_000_00, "ZWG": 3_000_000_00,
    "BTC": 2 * 10**8, "ETH": 50 * 10**8, "LTC": 1_000 * 10**8, "USDT": 100_000 * 10**6,
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

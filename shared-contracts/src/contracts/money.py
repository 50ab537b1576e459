"""Money is an integer in the currency's minor unit; this is the only place that knows exponents.

Exponents follow ISO 4217 (list one, 2026) for national currencies; crypto currencies use their customary smallest unit.
"""

from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

EXPONENTS: dict[str, int] = {
    "AUD": 2, "BGN": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HUF": 2,
    "INR": 2, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "NOK": 2, "NZD": 2, "PEN": 2, "PLN": 2, "RON": 2,
    "SEK": 2, "TND": 3, "TRY": 2, "USD": 2, "ZAR": 2, "BTC": 8, "ETH": 8, "LTC": 8, "USDT": 6,
}  # fmt: skip
"""Decimal places of each currency the installation knows. Adding one is additive; an exponent never changes."""

MAX_MINOR = 10**15
"""The largest amount of one movement. Far above any bet, far below what 64 bits hold, so that sums stay safe."""

AmountMinor = Annotated[int, Field(strict=True, gt=0, le=MAX_MINOR, description="Amount in the currency's minor unit")]
StakeMinor = Annotated[
    int, Field(strict=True, ge=0, le=MAX_MINOR, description="As AmountMinor, and 0 where nothing was staked or won")
]
BalanceMinor = Annotated[int, Field(strict=True, description="Balance in the currency's minor unit; may be negative")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,5}$", strict=True)]


class MoneyMistake(ValueError):
    """An amount cannot be expressed exactly; nothing was rounded."""


class Money(BaseModel):
    """An amount with its currency, as it appears on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: AmountMinor
    currency: CurrencyCode


def exponent(currency: str) -> int:
    """Decimal places of `currency`; MoneyMistake when the installation does not know it."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyMistake(f"currency {currency!r} is not known here") from None


def to_minor(major: str | Decimal | int, currency: str) -> int:
    """Exact minor units of an amount in major units; refuses what would need rounding.

    >>> to_minor("12.34", "EUR"), to_minor("500", "JPY"), to_minor("-0.5", "KWD")
    (1234, 500, -500)
    """
    try:
        amount = Decimal(major)
    except InvalidOperation:
        raise MoneyMistake(f"{major!r} is not a decimal amount") from None
    if not amount.is_finite():
        raise MoneyMistake(f"{major!r} is not a finite amount")
    return _exact(amount.scaleb(exponent(currency)), f"{major} {currency}")


def to_major_string(amount_minor: int, currency: str) -> str:
    """The amount in major units with all of the currency's decimal places.

    >>> to_major_string(103_00, "EUR"), to_major_string(500, "JPY"), to_major_string(-5, "EUR")
    ('103.00', '500', '-0.05')
    """
    places = exponent(currency)
    return f"{Decimal(amount_minor).scaleb(-places):.{places}f}"


def from_scaled(amount: int, scale: int, currency: str) -> int:
    """Exact minor units of an integer that counts 1/`scale` of a major unit (Hub88 counts 1/100000).

    >>> from_scaled(356_000, 100_000, "EUR")
    356
    """
    minor, rest = divmod(amount * 10 ** exponent(currency), scale)
    if rest:
        raise MoneyMistake(f"{amount}/{scale} is not a whole number of minor units of {currency}")
    return minor


def to_scaled(amount_minor: int, scale: int, currency: str) -> int:
    """The integer that counts 1/`scale` of a major unit; rounds a balance down where the scale is coarser.

    >>> to_scaled(356, 100_000, "EUR")
    356000
    """
    scaled = Decimal(amount_minor) * scale / Decimal(10) ** exponent(currency)
    return int(scaled.to_integral_value(rounding=ROUND_DOWN))


def _exact(amount: Decimal, shown: str) -> int:
    whole = amount.to_integral_value()
    if whole != amount:
        raise MoneyMistake(f"{shown} has more decimal places than the currency")
    return int(whole)

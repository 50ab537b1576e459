"""Money is an integer in the currency's minor unit; this is the only place that knows exponents.

Exponents follow ISO 4217 for national currencies: all of list one as SIX published it on 2026-01-01, without funds,
metals and units of account; and BGN, which left it that day and is still in wallets. Crypto currencies are counted in
10^-8 (10^-6 for USDT) as exchanges show them; a chain's finer unit is converted at the edge, exactly or not at all.

Everything here is integer arithmetic: `Decimal` would round at 28 digits without a word, float sooner.
"""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

EXPONENTS: dict[str, int] = {
    "AED": 2, "AFN": 2, "ALL": 2, "AMD": 2, "AOA": 2, "ARS": 2, "AUD": 2, "AWG": 2, "AZN": 2, "BAM": 2, "BBD": 2,
    "BDT": 2, "BGN": 2, "BHD": 3, "BIF": 0, "BMD": 2, "BND": 2, "BOB": 2, "BRL": 2, "BSD": 2, "BTN": 2, "BWP": 2,
    "BYN": 2, "BZD": 2, "CAD": 2, "CDF": 2, "CHF": 2, "CLP": 0, "CNY": 2, "COP": 2, "CRC": 2, "CUP": 2, "CVE": 2,
    "CZK": 2, "DJF": 0, "DKK": 2, "DOP": 2, "DZD": 2, "EGP": 2, "ERN": 2, "ETB": 2, "EUR": 2, "FJD": 2, "FKP": 2,
    "GBP": 2, "GEL": 2, "GHS": 2, "GIP": 2, "GMD": 2, "GNF": 0, "GTQ": 2, "GYD": 2, "HKD": 2, "HNL": 2, "HTG": 2,
    "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "IQD": 3, "IRR": 2, "ISK": 0, "JMD": 2, "JOD": 3, "JPY": 0, "KES": 2,
    "KGS": 2, "KHR": 2, "KMF": 0, "KPW": 2, "KRW": 0, "KWD": 3, "KYD": 2, "KZT": 2, "LAK": 2, "LBP": 2, "LKR": 2,
    "LRD": 2, "LSL": 2, "LYD": 3, "MAD": 2, "MDL": 2, "MGA": 2, "MKD": 2, "MMK": 2, "MNT": 2, "MOP": 2, "MRU": 2,
    "MUR": 2, "MVR": 2, "MWK": 2, "MXN": 2, "MYR": 2, "MZN": 2, "NAD": 2, "NGN": 2, "NIO": 2, "NOK": 2, "NPR": 2,
    "NZD": 2, "OMR": 3, "PAB": 2, "PEN": 2, "PGK": 2, "PHP": 2, "PKR": 2, "PLN": 2, "PYG": 0, "QAR": 2, "RON": 2,
    "RSD": 2, "RUB": 2, "RWF": 0, "SAR": 2, "SBD": 2, "SCR": 2, "SDG": 2, "SEK": 2, "SGD": 2, "SHP": 2, "SLE": 2,
    "SOS": 2, "SRD": 2, "SSP": 2, "STN": 2, "SVC": 2, "SYP": 2, "SZL": 2, "THB": 2, "TJS": 2, "TMT": 2, "TND": 3,
    "TOP": 2, "TRY": 2, "TTD": 2, "TWD": 2, "TZS": 2, "UAH": 2, "UGX": 0, "USD": 2, "UYU": 2, "UZS": 2, "VED": 2,
    "VES": 2, "VND": 0, "VUV": 0, "WST": 2, "XAF": 0, "XCD": 2, "XCG": 2, "XOF": 0, "XPF": 0, "YER": 2, "ZAR": 2,
    "ZMW": 2, "ZWG": 2,
    "BTC": 8, "ETH": 8, "LTC": 8, "USDT": 6,
}  # fmt: skip
"""Decimal places of each currency the installation knows. Adding one is additive; an exponent never changes."""

MAX_MINOR = 10**15
"""The largest amount of one movement. Far above any bet, far below what 64 bits hold, so that sums stay safe."""

_INT64 = 2**63 - 1

AmountMinor = Annotated[int, Field(strict=True, gt=0, le=MAX_MINOR, description="Amount in the currency's minor unit")]
StakeMinor = Annotated[
    int, Field(strict=True, ge=0, le=MAX_MINOR, description="As AmountMinor, and 0 where nothing was staked or won")
]
DeltaMinor = Annotated[
    int, Field(strict=True, ge=-MAX_MINOR, le=MAX_MINOR, description="Change in the currency's minor unit, signed")
]
BalanceMinor = Annotated[
    int,
    Field(strict=True, ge=-_INT64, le=_INT64, description="Balance in the currency's minor unit; may be negative"),
]
CurrencyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3,5}$", strict=True),
    Field(description="ISO 4217 code, or a crypto currency's"),
]


def _known(currency: str) -> str:
    if currency not in EXPONENTS:
        raise ValueError(f"there is no currency {currency} here")
    return currency


KnownCurrency = Annotated[CurrencyCode, AfterValidator(_known)]
"""A currency whose decimal places are known: what is set up in another would never match anything."""

_PLAIN = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,30})(\.(?P<part>[0-9]{1,30}))?", re.ASCII)


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

    Strings are plain decimals (`-12.30`): no exponent, blank, plus sign, underscore or digit outside ASCII, for a
    partner's protocol that writes one of these means something we do not know.

    >>> to_minor("12.34", "EUR"), to_minor("500", "JPY"), to_minor("-0.5", "KWD")
    (1234, 500, -500)
    """
    places = exponent(currency)
    plain = _PLAIN.fullmatch(_plain_decimal(major))
    if plain is None:
        raise MoneyMistake(f"{major!r} is not a plain decimal amount")
    part = (plain["part"] or "").rstrip("0")
    if len(part) > places:
        raise MoneyMistake(f"{major} has more decimal places than {currency}")
    minor = int(plain["whole"] + part.ljust(places, "0"))
    return -minor if plain["sign"] else minor


def to_major_string(amount_minor: int, currency: str) -> str:
    """The amount in major units with all of the currency's decimal places.

    >>> to_major_string(103_00, "EUR"), to_major_string(500, "JPY"), to_major_string(-5, "EUR")
    ('103.00', '500', '-0.05')
    """
    places = exponent(currency)
    sign, digits = "-" if amount_minor < 0 else "", str(abs(amount_minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def from_scaled(amount: int, scale: int, currency: str) -> int:
    """Exact minor units of an integer that counts 1/`scale` of a major unit (Hub88 counts 1/100000).

    >>> from_scaled(356_000, 100_000, "EUR")
    356
    """
    minor, rest = divmod(amount * _units(currency), scale)
    if rest:
        raise MoneyMistake(f"{amount}/{scale} is not a whole number of minor units of {currency}")
    return minor


def to_scaled(amount_minor: int, scale: int, currency: str) -> int:
    """The integer that counts 1/`scale` of a major unit.

    Where the scale is coarser than the minor unit, the answer is rounded down: a balance is never shown larger than
    it is. Amounts of movements come from `from_scaled` and go back exactly.

    >>> to_scaled(356, 100_000, "EUR"), to_scaled(1_999, 100_000, "BTC")
    (356000, 1)
    """
    return amount_minor * scale // _units(currency)


def _units(currency: str) -> int:
    """Minor units in one major unit."""
    return int(10 ** exponent(currency))


def _plain_decimal(major: str | Decimal | int) -> str:
    if isinstance(major, Decimal):
        return format(major, "f")
    if isinstance(major, str) or (isinstance(major, int) and not isinstance(major, bool)):
        return str(major)
    raise MoneyMistake(f"{major!r} is a {type(major).__name__}: money is a string, a Decimal or an integer")

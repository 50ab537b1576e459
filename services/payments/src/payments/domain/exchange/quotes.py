"""What one amount is worth in another currency: exact fractions, rounded once, down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from chassis.domain import DomainError

BASIS = 10_000
"""A spread is in hundredths of a per cent."""


class RateUnavailable(DomainError):
    """There is no rate for these currencies that is new enough."""

    code: ClassVar[str] = "rate_unavailable"


class TooLittle(DomainError):
    """The amount is worth less than the least unit of the other currency, or than was asked for."""

    code: ClassVar[str] = "too_little"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rates as a source published them: units of each currency for one of the base, which is among them with 1."""

    source: str
    as_of: date
    per_base: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """So much of one currency for so much of another.

    Attributes:
        rate: units bought for one sold, before the spread; a decimal with twelve places, for people and books. What is
            bought is reckoned from the published rates, not from it.
        spread_bp: what the house keeps of what is bought, in hundredths of a per cent.
    """

    sold_currency: str
    sold_minor: int
    bought_currency: str
    bought_minor: int
    rate: Decimal
    spread_bp: int
    source: str
    as_of: date


def new_enough(rates: Rates, today: date, oldest_days: int) -> Rates:
    """The rates; RateUnavailable when they are older than this, for over week-ends and holidays none are published."""
    age_days = (today - rates.as_of).days
    if age_days < 0:
        raise RateUnavailable(f"The newest rates of {rates.source} are of {rates.as_of}, a day that is to come.")
    if age_days > oldest_days:
        raise RateUnavailable(
            f"The newest rates of {rates.source} are of {rates.as_of}, {age_days} days ago; {oldest_days} at most."
        )
    return rates


def quote(
    rates: Rates,
    *,
    sold: tuple[str, int],
    bought: str,
    places: Mapping[str, int],
    spread_bp: int,
    today: date,
    oldest_days: int,
) -> Quote:
    """What the amount buys. It is rounded down: what is less than a minor unit stays with the house.

    Args:
        sold: currency and amount in minor units, greater than zero.
        places: decimal places of both currencies.
        oldest_days: how old rates may be: over week-ends and holidays none are published.

    Raises:
        RateUnavailable: one of the currencies has none, or all are too old.
        TooLittle: it buys nothing.
    """
    currency, amount_minor = sold
    new_enough(rates, today, oldest_days)
    if currency not in rates.per_base or bought not in rates.per_base:
        raise RateUnavailable(f"{rates.source} has no rate for {currency} and {bought}.")
    rate = Fraction(rates.per_base[bought]) / Fraction(rates.per_base[currency])
    minor = rate * Fraction(10 ** places[bought], 10 ** places[currency]) * Fraction(BASIS - spread_bp, BASIS)
    bought_minor = int(amount_minor * minor)
    if bought_minor <= 0:
        raise TooLittle
    return Quote(
        sold_currency=currency,
        sold_minor=amount_minor,
        bought_currency=bought,
        bought_minor=bought_minor,
        rate=Decimal(int(rate * 10**12)).scaleb(-12),
        spread_bp=spread_bp,
        source=rates.source,
        as_of=rates.as_of,
    )

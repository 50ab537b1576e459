"""What a casino's account at a provider offers: its methods, and on which terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodTerms:
    """One method of paying.

    Attributes:
        countries: whose players it is offered to; empty: all.
        fee_bps: what the provider keeps of an amount, in hundredths of a percent.
        fee_fixed_minor: what it keeps beside, by currency in minor units.
        details: what the player is asked for, by the provider's names.
    """

    countries: tuple[str, ...] = ()
    fee_bps: int = 0
    fee_fixed_minor: Mapping[str, int] = field(default_factory=dict)
    details: tuple[str, ...] = ()

    def fee_minor(self, amount_minor: int, currency: str) -> int:
        """What the provider keeps of the amount; a part of a minor unit counts as a whole one.

        >>> MethodTerms(fee_bps=140, fee_fixed_minor={"EUR": 25}).fee_minor(10_01, "EUR")
        40
        """
        return -(-amount_minor * self.fee_bps // BPS) + self.fee_fixed_minor.get(currency, 0)

"""What a casino's account at a provider offers: its methods, and on which terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

BPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """One person stopped the provider: who, when and why. It is over once two people switched it on again."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerFee:
    """What a player pays the casino for a payment. By currency, in minor units; nothing said: nothing paid.

    Attributes:
        bps: of the amount, in hundredths of a percent.
        fixed_minor: beside that.
        min_minor, max_minor: the least and the most of both together.
    """

    bps: int = 0
    fixed_minor: Mapping[str, int] = field(default_factory=dict)
    min_minor: Mapping[str, int] = field(default_factory=dict)
    max_minor: Mapping[str, int] = field(default_factory=dict)

    def of(self, amount_minor: int, currency: str) -> int:
        """The fee of the amount; a part of a minor unit is left to the player.

        >>> fee = PlayerFee(bps=150, fixed_minor={"EUR": 20}, min_minor={"EUR": 50}, max_minor={"EUR": 5_00})
        >>> [fee.of(amount, "EUR") for amount in (10_00, 99_99, 1_000_00)]
        [50, 169, 500]
        """
        fee = max(amount_minor * self.bps // BPS + self.fixed_minor.get(currency, 0), self.min_minor.get(currency, 0))
        return min(fee, self.max_minor.get(currency, fee))

    def leaves(self, held_minor: int, currency: str) -> int:
        """The largest amount that so much covers together with its fee.

        >>> PlayerFee(bps=100, min_minor={"EUR": 1_50}).leaves(100_00, "EUR")
        9850
        """
        least, most = 0, max(held_minor, 0)
        while least < most:
            middle = (least + most + 1) // 2
            if middle + self.of(middle, currency) <= held_minor:
                least = middle
            else:
                most = middle - 1
        return least

    def least(self, currency: str) -> int | None:
        """The least amount of which anything is left after it; None: it takes the whole of any.

        >>> PlayerFee(bps=1_000, min_minor={"EUR": 50}).least("EUR")
        51
        """
        if self.bps >= BPS and currency not in self.max_minor:
            return None
        most = 1
        while self.of(most, currency) >= most:
            most *= 2
        least = most // 2 + 1
        while least < most:
            middle = (least + most) // 2
            if self.of(middle, currency) < middle:
                most = middle
            else:
                least = middle + 1
        return most

    def charges(self, currency: str) -> bool:
        """Whether anybody ever pays it in this currency."""
        asks = self.bps or self.fixed_minor.get(currency) or self.min_minor.get(currency)
        return bool(asks) and self.max_minor.get(currency) != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodTerms:
    """One method of paying.

    Attributes:
        countries: whose players it is offered to; empty: all.
        fee_bps: what the provider keeps of a deposit, in hundredths of a percent.
        fee_fixed_minor: what it keeps beside, by currency in minor units.
        payout_fee_bps, payout_fee_fixed_minor: what it takes for a payout, likewise.
        payout_min_minor, payout_max_minor: how little and how much it pays out at once, by currency, both included.
        details: what the player is asked for, by the provider's names.
        deposit_fee, withdrawal_fee: what the player pays, whatever the provider keeps.
    """

    countries: tuple[str, ...] = ()
    fee_bps: int = 0
    fee_fixed_minor: Mapping[str, int] = field(default_factory=dict)
    payout_fee_bps: int = 0
    payout_fee_fixed_minor: Mapping[str, int] = field(default_factory=dict)
    payout_min_minor: Mapping[str, int] = field(default_factory=dict)
    payout_max_minor: Mapping[str, int] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    deposit_fee: PlayerFee = PlayerFee()
    withdrawal_fee: PlayerFee = PlayerFee()

    def fee_minor(self, amount_minor: int, currency: str) -> int:
        """What the provider keeps of a deposit; a part of a minor unit counts as a whole one.

        >>> MethodTerms(fee_bps=140, fee_fixed_minor={"EUR": 25}).fee_minor(10_01, "EUR")
        40
        """
        return -(-amount_minor * self.fee_bps // BPS) + self.fee_fixed_minor.get(currency, 0)

    def payout_fee_minor(self, amount_minor: int, currency: str) -> int:
        """What the provider takes for a payout, likewise."""
        return -(-amount_minor * self.payout_fee_bps // BPS) + self.payout_fee_fixed_minor.get(currency, 0)

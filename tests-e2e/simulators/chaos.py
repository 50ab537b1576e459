"""The chaos switch: how badly the outside world behaves, from a seed, so that a bad day can be lived again."""

import asyncio
import logging
import random
import time
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Self

NAMES = (
    "duplicates",
    "reordering",
    "contradictions",
    "lost_callbacks",
    "unheard",
    "lost_answers",
    "half_answers",
    "errors",
    "refusals",
    "partial",
    "excess",
    "foreign",
)
LONGEST_DELAY_MS = 60_000
LONGEST_SKEW_S = 7 * 86_400

log = logging.getLogger(__name__)


class NoSetting(ValueError):
    """What was wanted cannot be set; says what can."""


@dataclass
class Chaos:
    """Probabilities from 0 to 1, how late things may be, and how wrong the clocks outside are.

    Attributes:
        duplicates: a message is sent twice.
        reordering: a message overtakes the one before it.
        contradictions: after it was told that a player paid, it is told of the same payment that he did not.
        lost_callbacks: a message is never sent.
        unheard: the connection ends before anything is done.
        lost_answers: what was asked is done, and the answer never arrives.
        half_answers: what was asked is done, and the connection ends in the middle of the answer.
        errors: status 500 before anything is done.
        refusals: an order to pay out is refused, in the provider's own words, before anything is done; the same one is
            taken another time.
        partial: of what a player pays only half is captured.
        excess: half as much again is captured as he was to pay.
        foreign: what he pays is captured in another currency.
        delay_ms: the longest time anything waits.
        skew_s: how many seconds the clock of a provider that signs the time is ahead; below 0: behind.
    """

    seed: int = 1
    duplicates: float = 0.0
    reordering: float = 0.0
    contradictions: float = 0.0
    lost_callbacks: float = 0.0
    unheard: float = 0.0
    lost_answers: float = 0.0
    half_answers: float = 0.0
    errors: float = 0.0
    refusals: float = 0.0
    partial: float = 0.0
    excess: float = 0.0
    foreign: float = 0.0
    delay_ms: int = 0
    skew_s: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def becomes(self, wanted: object) -> Self:
        """Other settings, as JSON has them; the dice start anew. NoSetting for what is none."""
        if not isinstance(wanted, dict) or not all(_allowed(name, value) for name, value in wanted.items()):
            raise NoSetting(
                f"settings are seed (a whole number), delay_ms (whole, 0 to {LONGEST_DELAY_MS}), "
                f"skew_s (whole, {-LONGEST_SKEW_S} to {LONGEST_SKEW_S}), "
                f"and {', '.join(NAMES)} from 0 to 1"
            )
        return replace(self, **wanted)

    def strikes(self, name: str) -> bool:
        """Whether it happens this time. It is wanted, so it is told as news and not as an error."""
        chance: float = getattr(self, name)
        struck = chance > 0 and self.dice.random() < chance
        if struck:
            log.info("on purpose: %s", name)
        return struck

    def now(self) -> float:
        """What the clock outside says, in seconds since 1970."""
        return time.time() + self.skew_s

    def captured(self, amount: int) -> int:
        """What is taken of an amount, in its smallest unit."""
        if self.strikes("excess"):
            return amount + amount // 2
        return amount - amount // 2 if self.strikes("partial") else amount

    def captured_of(self, amount: str) -> str:
        """The same of an amount that is written with two decimals."""
        cents = Decimal(amount).scaleb(2)
        return f"{Decimal(self.captured(int(cents))).scaleb(-2):.2f}"

    def paid_in(self, currency: str) -> str:
        """The currency in which it is taken; as it is written there, in small letters or capitals."""
        if not self.strikes("foreign"):
            return currency
        other = "EUR" if currency.upper() == "SEK" else "SEK"
        return other.lower() if currency.islower() else other

    async def dawdle(self) -> None:
        """Be late."""
        if self.delay_ms:
            await asyncio.sleep(self.dice.uniform(0, self.delay_ms) / 1000)


def _allowed(name: str, value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    match name:
        case "seed":
            return whole
        case "delay_ms":
            return whole and 0 <= value <= LONGEST_DELAY_MS
        case "skew_s":
            return whole and -LONGEST_SKEW_S <= value <= LONGEST_SKEW_S
        case _:
            number = whole or isinstance(value, float)
            return name in NAMES and number and 0 <= value <= 1

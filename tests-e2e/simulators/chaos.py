"""The chaos switch: how badly the outside world behaves, from a seed, so that a bad day can be lived again."""

import asyncio
import logging
import random
from dataclasses import dataclass, field, replace
from typing import Any, Self

NAMES = ("duplicates", "reordering", "lost_callbacks", "unheard", "lost_answers", "half_answers", "errors")
LONGEST_DELAY_MS = 60_000

log = logging.getLogger(__name__)


class NoSetting(ValueError):
    """What was wanted cannot be set; says what can."""


@dataclass
class Chaos:
    """Probabilities from 0 to 1, and how late things may be.

    Attributes:
        duplicates: a message is sent twice.
        reordering: a message overtakes the one before it.
        lost_callbacks: a message is never sent.
        unheard: the connection ends before anything is done.
        lost_answers: what was asked is done, and the answer never arrives.
        half_answers: what was asked is done, and the connection ends in the middle of the answer.
        errors: status 500 before anything is done.
        delay_ms: the longest time anything waits.
    """

    seed: int = 1
    duplicates: float = 0.0
    reordering: float = 0.0
    lost_callbacks: float = 0.0
    unheard: float = 0.0
    lost_answers: float = 0.0
    half_answers: float = 0.0
    errors: float = 0.0
    delay_ms: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def becomes(self, wanted: object) -> Self:
        """Other settings, as JSON has them; the dice start anew. NoSetting for what is none."""
        if not isinstance(wanted, dict) or not all(_allowed(name, value) for name, value in wanted.items()):
            raise NoSetting(
                f"settings are seed (a whole number), delay_ms (whole, 0 to {LONGEST_DELAY_MS}), "
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
        case _:
            number = whole or isinstance(value, float)
            return name in NAMES and number and 0 <= value <= 1

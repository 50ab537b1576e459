"""The chaos switch: how badly the outside world behaves, from a seed, so that a bad day can be lived again."""

import asyncio
import random
from dataclasses import dataclass, field, replace
from typing import Any, Self

NAMES = ("duplicates", "reordering", "lost_answers", "errors")


@dataclass
class Chaos:
    """Probabilities from 0 to 1, and how late things may be.

    Attributes:
        duplicates: a message is sent twice.
        reordering: a message overtakes the one before it.
        lost_answers: what was asked is done, and the answer never arrives.
        errors: status 500 before anything is done.
        delay_ms: the longest time anything waits.
    """

    seed: int = 1
    duplicates: float = 0.0
    reordering: float = 0.0
    lost_answers: float = 0.0
    errors: float = 0.0
    delay_ms: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def becomes(self, wanted: dict[str, Any]) -> Self:
        """Other settings; the dice start anew. ValueError for what is no setting."""
        unknown = set(wanted) - {*NAMES, "seed", "delay_ms"}
        if unknown or any(not 0 <= float(wanted.get(name, 0)) <= 1 for name in NAMES):
            raise ValueError(f"settings are seed, delay_ms and {', '.join(NAMES)} from 0 to 1")
        return replace(self, **wanted)

    def strikes(self, name: str) -> bool:
        """Whether it happens this time."""
        chance: float = getattr(self, name)
        return chance > 0 and self.dice.random() < chance

    async def dawdle(self) -> None:
        """Be late."""
        if self.delay_ms:
            await asyncio.sleep(self.dice.uniform(0, self.delay_ms) / 1000)

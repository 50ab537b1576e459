"""How often who is answered what: counted in memory, told to security every few seconds, for simulations and reviews.

A count that is lost with the process is no harm; a request that waits for one would be.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.auth.policy.model import Outcome
from chassis.pausing import pause
from chassis.store import Application, Context
from contracts.platform.events import DecisionCount, DecisionsCounted

EVERY_S: Final = 5.0
_MOST: Final = 10_000
"""Different answers that are remembered between two flushes; what comes beyond is not counted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is counted as the same."""

    subject_id: UUID
    permission: str
    casino_id: UUID | None
    outcome: Outcome


class Usage:
    """A counter of decisions.

    >>> usage, ann = Usage(), UUID(int=1)
    >>> usage.count(Answered(ann, "games.game.list", None, "allow"))
    >>> usage.count(Answered(ann, "games.game.list", None, "allow"))
    >>> [one.count for one in usage.taken()], usage.taken()
    ([2], ())
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._counts: Counter[Answered] = Counter()

    def count(self, answered: Answered) -> None:
        """One more."""
        if answered in self._counts or len(self._counts) < self._most:
            self._counts[answered] += 1

    def taken(self) -> tuple[DecisionCount, ...]:
        """What was counted since this was last asked."""
        counts, self._counts = self._counts, Counter()
        return tuple(
            DecisionCount(
                subject_id=one.subject_id,
                permission=one.permission,
                casino_id=one.casino_id,
                outcome=one.outcome,
                count=count,
            )
            for one, count in counts.items()
        )


async def tell(usage: Usage, application: Application) -> bool:
    """Publish what was counted; False when there was nothing."""
    counts = usage.taken()
    if not counts:
        return False
    name, now = application.source, application.clock.now()
    fact = DecisionsCounted(service=name, counted_at=now, counts=counts)
    await application.transact(lambda uow: uow.publish(fact), Context.system(name, application.clock))
    return True


def telling(
    usage: Usage, application: Application, every_s: float = EVERY_S
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that tells what was counted every few seconds, and once more when it is told to stop."""

    async def decisions_counted(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await pause(stop, every_s)
            await tell(usage, application)

    return decisions_counted

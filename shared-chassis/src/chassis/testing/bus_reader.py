"""What tests of the bus read with and wait by."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from chassis.messaging.bus import Message, Record

PATIENCE_S = 60.0
"""How long a test waits for what must happen; a member that was killed is noticed by Kafka after ten seconds."""


class Reader:
    """A handler that remembers what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[Record]] = []
        self._changed = asyncio.Event()

    async def __call__(self, records: Sequence[Record]) -> None:
        """Remember a batch."""
        self.batches.append(list(records))
        self._changed.set()

    @property
    def records(self) -> list[Record]:
        """Everything in the order in which it came."""
        return [record for batch in self.batches for record in batch]

    @property
    def values(self) -> list[bytes]:
        """The values in the order in which they came."""
        return [record.value for record in self.records]

    async def until(self, count: int) -> None:
        """Wait for `count` different values."""
        async with asyncio.timeout(PATIENCE_S):
            while len(set(self.values)) < count:
                self._changed.clear()
                await self._changed.wait()

    def by_key(self) -> dict[str, list[bytes]]:
        """Values by key, each for the first time it came."""
        found: dict[str, dict[bytes, None]] = defaultdict(dict)
        for record in self.records:
            found[record.key].setdefault(record.value)
        return {key: list(values) for key, values in found.items()}


async def eventually(true: Callable[[], Any]) -> None:
    """Wait until something holds; TimeoutError when it does not come to pass."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = true()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return
            await asyncio.sleep(0.01)


def numbered(topic: str, count: int, *, keys: int = 10, start: int = 0) -> list[Message]:
    """Messages with values 0, 1, 2 ... spread over keys."""
    return [Message(topic, f"key-{n % keys}", b"%d" % n) for n in range(start, start + count)]


def in_order(values: Sequence[bytes]) -> bool:
    """Whether numbered values only grow."""
    numbers = [int(value) for value in values]
    return numbers == sorted(numbers)

"""A cache that never serves what somebody has changed: it reads through, and forgets when the database says so.

Every change to what is cached here is announced on a PostgreSQL channel in the transaction that makes it, so all
processes hear of it the moment it is committed. While a process cannot hear, it trusts nothing and reads each time.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST_ENTRIES = 100_000


class ReadThrough(Generic[K, V]):
    """Values by key, loaded when first asked for. What does not exist is asked for again each time.

    Args:
        load: the value from the database, None when there is none.
        trusted: whether changes are being heard.
    """

    def __init__(
        self, load: Callable[[K], Awaitable[V | None]], *, trusted: Callable[[], bool], most: int = MOST_ENTRIES
    ) -> None:
        self._load = load
        self._trusted = trusted
        self._most = most
        self._values: dict[K, V] = {}
        self._changes = 0

    async def get(self, key: K) -> V | None:
        """The value as it is now."""
        trusted = self._trusted()
        if trusted and (known := self._values.get(key)) is not None:
            return known
        changes = self._changes
        value = await self._load(key)
        # A change heard while we were reading may be newer than what we read: then it must not stay.
        if value is not None and trusted and self._trusted() and changes == self._changes:
            if len(self._values) >= self._most:
                self._values.pop(next(iter(self._values)))
            self._values[key] = value
        return value

    def forget(self, key: K) -> None:
        """This value changed."""
        self._changes += 1
        self._values.pop(key, None)

    def forget_all(self) -> None:
        """Any value may have changed."""
        self._changes += 1
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)

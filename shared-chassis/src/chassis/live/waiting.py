"""What a client is still to be told: few enough for memory whatever happens, and each row once."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from chassis.live.places import Position
from chassis.store.read_models import Key

MOST: Final = 256

Change = tuple[str, Key, Position]
"""The name of the model, the key of the row, and the position after it."""


class Waiting:
    """Changes of rows until they are told. A row that changes again moves to the end.

    Where there is no more room, the list of the oldest change is forgotten as a whole: it is to be read anew.

    >>> waiting = Waiting({"bets"}, most=2)
    >>> for number in (1, 2, 1): waiting.put("bets", (number,), ())
    >>> waiting.take()
    (set(), [('bets', (2,), ()), ('bets', (1,), ())])
    >>> for number in (1, 2, 3): waiting.put("bets", (number,), ())
    >>> waiting.take()
    ({'bets'}, [])
    """

    def __init__(self, models: set[str], *, most: int = MOST) -> None:
        self.models = models
        self._most = most
        self._changes: OrderedDict[tuple[str, Key], Position] = OrderedDict()
        self._anew: set[str] = set()
        self._woken = asyncio.Event()

    def __bool__(self) -> bool:
        return bool(self._changes or self._anew)

    def put(self, model: str, key: Key, position: Position) -> None:
        """A row changed."""
        if model in self._anew:
            return
        self._changes[model, key] = position
        self._changes.move_to_end((model, key))
        if len(self._changes) > self._most:
            self.forget(next(iter(self._changes))[0])
        self._woken.set()

    def forget(self, model: str) -> None:
        """Everything about this model may have changed."""
        self._anew.add(model)
        for one in [one for one in self._changes if one[0] == model]:
            del self._changes[one]
        self._woken.set()

    def take(self) -> tuple[set[str], list[Change]]:
        """What is to be read anew, and the changes in order; nothing is left."""
        anew, self._anew = self._anew, set()
        changes = [(model, key, position) for (model, key), position in self._changes.items()]
        self._changes.clear()
        self._woken.clear()
        return anew, changes

    async def wait(self, seconds: float) -> None:
        """Until there is something, or time is up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

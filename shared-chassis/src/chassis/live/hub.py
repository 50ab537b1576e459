"""One follower for all streams of a process. It reads while somebody listens, and only what they listen to."""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Final

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.live.places import Mark, Position
from chassis.live.sources import Source, closed
from chassis.live.waiting import Waiting
from chassis.store.failures import transient
from chassis.store.logs import Place
from chassis.store.read_models import Key
from chassis.store.types import Recorded, UnknownEventType

log = structlog.get_logger(__name__)

EVERY_S: Final = 0.5
_CHUNK: Final = 1_000
_MOST_REPLAYED: Final = 5_000
_LONGEST_PAUSE_S: Final = 5.0

Changes = dict[tuple[str, Key], Position]


class _TooMuch(Exception):
    """It is cheaper to read a list anew."""


class Hub:
    """Follows the logs.

    It takes the window of transactions that were finished when it looked, all of it, as projectors do: an event of a
    slow writer is in a later window and is not missed.
    """

    def __init__(self, db: Database, sources: Sequence[Source], *, now: Callable[[], float] = time.time) -> None:
        self._db = db
        self._sources = tuple(sources)
        self._now = now
        self._listening: set[Waiting] = set()
        self._joining: dict[Waiting, asyncio.Future[Mark]] = {}
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.mark = Mark((), 0)

    @property
    def follows(self) -> bool:
        """Whether it reads just now."""
        return self._task is not None and not self._task.done()

    async def join(self, waiting: Waiting) -> Mark:
        """Tell `waiting` whatever changes behind the mark that is given back."""
        joined: asyncio.Future[Mark] = asyncio.get_running_loop().create_future()
        self._joining[waiting] = joined
        self._woken.set()
        if not self.follows:
            # Of no request, though one began it.
            self._task = asyncio.create_task(self._run(), name="live", context=contextvars.Context())
        try:
            return await joined
        except asyncio.CancelledError:
            self.leave(waiting)
            raise

    def leave(self, waiting: Waiting) -> None:
        """Tell it nothing more."""
        self._listening.discard(waiting)
        self._joining.pop(waiting, None)
        self._woken.set()

    async def close(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def replay(self, waiting: Waiting, since: Position, until: Position) -> bool:
        """Put what came between the two; whether that could be done.

        Of a log with an event that this build cannot read nothing is known: its models are forgotten, not the others.
        """
        if len(since) != len(self._sources):
            return False
        try:
            async with self._db.read() as connection:
                for at, source in enumerate(self._sources):
                    try:
                        end = until[at].window_to
                        async for (model, key), place in self._between(
                            connection, source, at, since, waiting.models, end, most=_MOST_REPLAYED
                        ):
                            waiting.put(model, key, place)
                    except Exception as error:
                        _require_the_events_fault(error)
                        for model in waiting.models & set(source.models):
                            waiting.forget(model)
                    since = (*since[:at], until[at], *since[at + 1 :])
        except _TooMuch:
            return False
        except Exception as error:
            log.warning("live_not_replayed", error=repr(error))
            return False
        return True

    async def _run(self) -> None:
        """Until nobody listens. What fails is tried again from where it stood."""
        pause_s = EVERY_S
        self.mark = Mark((), 0)
        while self._listening or self._joining:
            self._woken.clear()
            try:
                await self._look()
                pause_s = EVERY_S
            except Exception as error:
                log.warning("live_not_followed", again_in_s=pause_s, error=repr(error))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                continue
            await self._pause()

    async def _pause(self) -> None:
        """Half a second; less when somebody comes or the last one leaves."""
        until = asyncio.get_running_loop().time() + EVERY_S
        while not self._joining and self._listening:
            left_s = until - asyncio.get_running_loop().time()
            if left_s <= 0:
                return
            try:
                await asyncio.wait_for(self._woken.wait(), left_s)
            except TimeoutError:
                return
            self._woken.clear()

    async def _look(self) -> None:
        """Read what is finished by now, tell it, and let in who waits to listen from here on."""
        joining = list(self._joining)
        models = {model for waiting in self._listening for model in waiting.models}
        changes: Changes = {}
        anew: set[str] = set()
        looked_at = int(self._now())
        async with self._db.read() as connection:
            position = self.mark.position
            if not position:
                position = tuple([closed(await one.reaches(connection)) for one in self._sources])
            for at, source in enumerate(self._sources):
                position = await self._read(connection, source, at, position, models, changes, anew)
        for waiting in self._listening:
            for model in anew & waiting.models:
                waiting.forget(model)
            for (model, key), after in changes.items():
                if model in waiting.models:
                    waiting.put(model, key, after)
        self.mark = Mark(position, looked_at)
        for waiting in joining:
            joined = self._joining.pop(waiting, None)
            if joined is not None and not joined.done():
                self._listening.add(waiting)
                joined.set_result(self.mark)

    async def _read(
        self,
        connection: AsyncConnection,
        source: Source,
        at: int,
        position: Position,
        models: set[str],
        changes: Changes,
        anew: set[str],
    ) -> Position:
        end = max(await source.reaches(connection), position[at].window_to)
        after = (*position[:at], closed(end), *position[at + 1 :])
        try:
            async for touched, told in self._between(connection, source, at, position, models, end):
                changes.pop(touched, None)  # In order of the last change.
                changes[touched] = told
        except Exception as error:
            # Those who look at the rows are to look again.
            _require_the_events_fault(error)
            anew |= models & set(source.models)
        return after

    async def _between(
        self,
        connection: AsyncConnection,
        source: Source,
        at: int,
        position: Position,
        models: set[str],
        end: int,
        *,
        most: int | None = None,
    ) -> AsyncIterator[tuple[tuple[str, Key], Position]]:
        """The rows that were touched from the position of one log to the end of a window, each with the position after
        it. _TooMuch when there are more events than `most`."""
        place, read = position[at], 0
        while place.window_from != place.window_to or place.window_to < end:
            before = place
            events, place = await self._page(connection, source, models, place, end)
            read += len(events)
            if most is not None and read > most:
                raise _TooMuch
            for one in self._told(source, at, events, before, end, models, position):
                yield one

    async def _page(
        self, connection: AsyncConnection, source: Source, models: set[str], place: Place, end: int
    ) -> tuple[list[Recorded[Any]], Place]:
        found = source.log_for(models)
        return ([], closed(end)) if found is None else await found.page(connection, place, _CHUNK, until=end)

    @staticmethod
    def _told(
        source: Source,
        at: int,
        events: Sequence[Recorded[Any]],
        before: Place,
        end: int,
        models: set[str],
        position: Position,
    ) -> Iterable[tuple[tuple[str, Key], Position]]:
        """The rows in order of their events, each with the position after it."""
        new = before.window_from == before.window_to
        bounds = (before.window_to, end) if new else (before.window_from, before.window_to)
        for model, key, place in sorted(source.touched(events, models), key=lambda one: one[2]):
            yield (model, key), (*position[:at], Place(*bounds, place), *position[at + 1 :])


def _require_the_events_fault(error: Exception) -> None:
    """Raise it again unless an event is to blame: one of a later build, or one that no build can read."""
    of_the_world = isinstance(error, (_TooMuch, DBAPIError, asyncpg.PostgresError)) or transient(error)
    if of_the_world and not isinstance(error, UnknownEventType):
        raise error
    log.warning("live_event_unread", error=repr(error))

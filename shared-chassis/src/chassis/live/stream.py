"""One client's stream: what is told, in which order, and when it ends.

Before anything is told the caller is looked at anew: the token, the session, the policy, each list's permission. What
they may see is therefore never older than the event it is in. An event carries the position behind it as its `id`, so
that whoever comes back with it misses nothing and hears nothing twice.
"""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

import structlog
from fastapi.sse import format_sse_event
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError

from chassis.auth.caller import Caller
from chassis.auth.errors import Forbidden, PolicyStale, StepUpNeeded, Unauthenticated
from chassis.db import Database
from chassis.domain import DomainError, NotFound
from chassis.http.drain import Drain
from chassis.http.problems import RequestProblem
from chassis.live.hub import Hub
from chassis.live.places import KEPT_S, Mark, Position, written
from chassis.live.reading import Told, Watched
from chassis.live.waiting import Change, Waiting
from chassis.store.read_models import Key

log = structlog.get_logger(__name__)

BEAT_S: Final = 15.0
LOOK_S: Final = 1.0
"""How long somebody who has lost everything is still connected, at most, while nothing happens."""

_RETRY_MS: Final = (1_000, 4_000)

Still = Callable[[Caller], Awaitable[Caller]]


class Ended(Exception):
    """The stream is over, for a reason the client is told."""

    def __init__(self, code: str, name: str | None = None) -> None:
        super().__init__(code)
        self.code, self.name = code, name


class Stream:
    """What one client is told.

    Args:
        caller: as they came in.
        still: gives the caller with what they hold now, or raises.
        since: where they were before, None: nowhere that can be gone on from; `comes_back` says whether they were.
    """

    def __init__(
        self,
        hub: Hub,
        db: Database,
        watched: Sequence[Watched],
        caller: Caller,
        *,
        still: Still,
        drain: Drain,
        key: bytes,
        since: Mark | None,
        comes_back: bool,
    ) -> None:
        self._hub, self._db, self._watched = hub, db, watched
        self._caller, self._still, self._drain, self._key = caller, still, drain, key
        self._since, self._comes_back = since, comes_back
        self._waiting = Waiting({one.model for one in watched})

    async def events(self) -> AsyncIterator[bytes]:
        """The bytes of the stream, until it ends."""
        try:
            joined = await self._hub.join(self._waiting)
            async for piece in self._begin(joined):
                yield piece
            beaten = time.monotonic()
            while True:
                await self._look()
                for one in self._watched:
                    if not one.sees_as_before(self._admitted(one)):
                        yield _resync(one, "sight_changed")
                if self._waiting:
                    async for piece in self._changes(self._waiting):
                        yield piece
                elif time.monotonic() - beaten >= BEAT_S:
                    beaten = time.monotonic()
                    yield format_sse_event(comment="beat", id=self._id(self._hub.mark))
                else:
                    await self._waiting.wait(LOOK_S)
        except Ended as ended:
            told = {"code": ended.code} | ({} if ended.name is None else {"list": ended.name})
            yield _event("close", told, retry=random.randint(*_RETRY_MS))
        finally:
            self._hub.leave(self._waiting)

    async def _begin(self, joined: Mark) -> AsyncIterator[bytes]:
        await self._look()
        for one in self._watched:
            await one.begin(self._admitted(one))
            one.sees_as_before(self._admitted(one))
        missed = Waiting({one.model for one in self._watched if not one.loses_rows})
        since = self._since
        late = since is None or joined.at - since.at > KEPT_S
        known = since is not None and not late and await self._hub.replay(missed, since.position, joined.position)
        here = None if known else self._id(joined)
        yield _event("ready", {"lists": [one.name for one in self._watched]}, here, retry=random.randint(*_RETRY_MS))
        if self._comes_back:
            for one in self._watched:
                if one.loses_rows or not known:
                    yield _resync(one, "missed")
        if known:
            async for piece in self._changes(missed):
                yield piece
            yield format_sse_event(comment="all told", id=self._id(joined))

    async def _changes(self, waiting: Waiting) -> AsyncIterator[bytes]:
        """What became of the rows that changed, list by list read, told in order of the changes."""
        anew, changes = waiting.take()
        found: dict[int, dict[Key, Told]] = {}
        for at, one in enumerate(self._watched):
            if one.model in anew:
                yield _resync(one, "missed")
            keys = [key for model, key, _ in changes if model == one.model]
            if not keys:
                continue
            try:
                found[at] = await one.changed(self._admitted(one), keys)
            except (RequestProblem, DBAPIError, TimeoutError) as problem:
                log.warning("live_rows_unread", list=one.name, error=repr(problem))
                yield _resync(one, "unread")
        for piece in self._in_order(changes, found):
            yield piece

    def _in_order(self, changes: Sequence[Change], found: dict[int, dict[Key, Told]]) -> list[bytes]:
        """An event has an `id` only if nothing more is told of the same position: a client who is cut off between two
        of one position is told both again."""
        pieces: list[tuple[Position, str, dict[str, Any]]] = []
        for model, key, position in changes:
            for at, one in enumerate(self._watched):
                told = found.get(at, {}).get(key) if one.model == model else None
                if told is not None:
                    data = {"list": one.name, "id": told.id}
                    kind = "gone" if told.row is None else "row"
                    pieces.append((position, kind, data if told.row is None else {**data, "row": told.row}))
        now, behind = int(time.time()), [position for position, _, _ in pieces[1:]]
        return [
            _event(kind, data, None if at < len(behind) and behind[at] == position else self._id(Mark(position, now)))
            for at, (position, kind, data) in enumerate(pieces)
        ]

    async def _look(self) -> None:
        """Ended unless the caller may still follow all of it."""
        if self._drain.draining:
            raise Ended("restarting")
        try:
            self._caller = await self._still(self._caller)
        except Unauthenticated:
            raise Ended("unauthenticated") from None
        except PolicyStale:
            raise Ended("policy_stale") from None
        for one in self._watched:
            self._admitted(one)

    def _admitted(self, one: Watched) -> Caller:
        try:
            return one.admitted(self._caller)
        except StepUpNeeded:
            raise Ended("step_up_needed", one.name) from None
        except PolicyStale:
            raise Ended("policy_stale", one.name) from None
        except Unauthenticated:
            raise Ended("unauthenticated") from None
        except (Forbidden, NotFound, DomainError):
            raise Ended("forbidden", one.name) from None

    def _id(self, mark: Mark) -> str:
        return written(mark, self._key)


def _resync(one: Watched, why: str) -> bytes:
    return _event("resync", {"list": one.name, "reason": why})


def _event(kind: str, data: dict[str, Any], identity: str | None = None, retry: int | None = None) -> bytes:
    return format_sse_event(data_str=to_json(data).decode(), event=kind, id=identity, retry=retry)

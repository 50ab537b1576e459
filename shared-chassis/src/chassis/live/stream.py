"""One client's stream: what is told, in which order, and when it ends.

Before anything is told the caller is looked at anew: the token, the session, the policy, each list's permission. What
they may see is therefore never older than the event it is in. An event carries the position behind it as its `id`, so
that whoever comes back with it misses nothing and hears nothing twice.
"""

import hashlib
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import structlog
from fastapi.sse import format_sse_event
from pydantic_core import to_json

from chassis.auth.caller import Caller
from chassis.auth.errors import PolicyStale, StepUpNeeded, Unauthenticated
from chassis.domain import DomainError
from chassis.http.drain import Drain
from chassis.http.problems import RequestProblem
from chassis.live.hub import Hub
from chassis.live.places import KEPT_S, SIGHT, Mark, Position, written
from chassis.live.reading import Known, Told, Watched
from chassis.live.remembered import Remembered
from chassis.live.waiting import Change, Waiting
from chassis.store.read_models import Key

log = structlog.get_logger(__name__)

BEAT_S: Final = 15.0
LOOK_S: Final = 1.0
"""How long somebody who has lost everything is still connected, at most, while nothing happens."""

_RETRY_MS: Final = (1_000, 4_000)
_AGAIN_S: Final = (1.0, 30.0)
"""After how long a list that could not begin is tried again, at first and at most."""

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
        remembered: what streams knew that ended a moment ago.
    """

    def __init__(
        self,
        hub: Hub,
        watched: Sequence[Watched],
        caller: Caller,
        *,
        still: Still,
        drain: Drain,
        key: bytes,
        since: Mark | None,
        comes_back: bool,
        remembered: Remembered,
    ) -> None:
        self._hub, self._watched, self._remembered = hub, watched, remembered
        self._caller, self._still, self._drain, self._key = caller, still, drain, key
        self._since, self._comes_back = since, comes_back
        self._waiting = Waiting({one.model for one in watched})
        self._away: dict[str, tuple[float, float]] = {}
        self._last_id = ""

    async def events(self) -> AsyncIterator[bytes]:
        """The bytes of the stream, until it ends."""
        try:
            joined = await self._hub.join(self._waiting)
            async for piece in self._begin(joined):
                yield piece
            beaten = time.monotonic()
            while True:
                await self._look_again()
                for one in self._watched:
                    if not one.sees_as_before(self._admitted(one)):
                        yield _resync(one, "sight_changed")
                async for piece in self._begin_late():
                    yield piece
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
            one.sees_as_before(self._admitted(one))
        since = self._since
        if since is not None and (since.sight != self._sight() or joined.at - since.at > KEPT_S):
            since = None
        known = {} if since is None else self._remembered.take(self._caller.id, written(since, self._key))
        troubles = [_trouble(one, code) for one in self._watched if (code := await self._begun(one, known)) is not None]
        told = [one for one in self._watched if not one.loses_rows or one.url in known]
        missed = Waiting({one.model for one in told})
        goes_on = since is not None and await self._hub.replay(missed, since.position, joined.position)
        here = None if goes_on else self._id(joined)
        yield _event("ready", {"lists": [one.name for one in self._watched]}, here, retry=random.randint(*_RETRY_MS))
        for piece in troubles:
            yield piece
        if self._comes_back:
            for one in self._watched:
                if one not in told or not goes_on:
                    yield _resync(one, "missed")
        if goes_on:
            async for piece in self._changes(missed, told):
                yield piece
            yield format_sse_event(comment="all told", id=self._id(joined))

    async def _begun(self, one: Watched, known: Mapping[str, Known]) -> str | None:
        """None when a list has begun; otherwise why it could not: it is tried again, while the others go on."""
        if one.url in known:
            one.known = known[one.url]
            return None
        try:
            with _refusals(one):
                await one.begin(self._admitted(one))
        except Ended:
            raise
        except Exception as error:
            _, pause_s = self._away.get(one.name, (0.0, _AGAIN_S[0] / 2))
            pause_s = min(pause_s * 2, _AGAIN_S[1])
            self._away[one.name] = (time.monotonic() + pause_s, pause_s)
            log.warning("live_list_not_begun", list=one.name, again_in_s=pause_s, error=repr(error))
            return error.code if isinstance(error, RequestProblem) else "unread"
        self._away.pop(one.name, None)
        return None

    async def _begin_late(self) -> AsyncIterator[bytes]:
        """Try lists again that could not begin."""
        for one in self._watched:
            if time.monotonic() >= self._away.get(one.name, (math.inf,))[0] and await self._begun(one, {}) is None:
                yield _resync(one, "missed")

    async def _changes(self, waiting: Waiting, of: Sequence[Watched] | None = None) -> AsyncIterator[bytes]:
        """What became of the rows that changed, list by list read, told in order of the changes.

        Args:
            of: the lists that are told; all that have begun unless given.
        """
        anew, changes = waiting.take()
        found: dict[int, dict[Key, Told]] = {}
        for at, one in enumerate(self._watched):
            if one.name in self._away or (of is not None and one not in of):
                continue
            if one.model in anew:
                yield _resync(one, "missed")
            keys = [key for model, key, _ in changes if model == one.model]
            if not keys:
                continue
            try:
                with _refusals(one):
                    found[at] = await one.changed(self._admitted(one), keys)
            except Ended:
                raise
            except Exception as error:  # Whatever is wrong with one list, the others go on.
                log.warning("live_rows_unread", list=one.name, error=repr(error))
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

    async def _look_again(self) -> None:
        """The same between two things that are told. Where it ends here everything before the last id was told, so
        whoever goes on from it may be told by what was known."""
        try:
            await self._look()
        except Ended:
            known = {one.url: one.known for one in self._watched if one.loses_rows and one.name not in self._away}
            self._remembered.keep(self._caller.id, self._last_id, known)
            raise

    def _admitted(self, one: Watched) -> Caller:
        with _refusals(one):
            return one.admitted(self._caller)

    def _sight(self) -> bytes:
        """Who sees what of which lists, in a few bytes."""
        whole = to_json([str(self._caller.id), *([one.url, one.sight] for one in self._watched)])
        return hashlib.blake2b(whole, digest_size=SIGHT).digest()

    def _id(self, mark: Mark) -> str:
        self._last_id = written(replace(mark, sight=self._sight()), self._key)
        return self._last_id


@contextmanager
def _refusals(one: Watched) -> Iterator[None]:
    """What refuses the caller a list ends the stream."""
    try:
        yield
    except StepUpNeeded:
        raise Ended("step_up_needed", one.name) from None
    except PolicyStale:
        raise Ended("policy_stale", one.name) from None
    except Unauthenticated:
        raise Ended("unauthenticated") from None
    except DomainError:
        raise Ended("forbidden", one.name) from None


def _resync(one: Watched, why: str) -> bytes:
    return _event("resync", {"list": one.name, "reason": why})


def _trouble(one: Watched, code: str) -> bytes:
    return _event("trouble", {"list": one.name, "code": code})


def _event(kind: str, data: dict[str, Any], identity: str | None = None, retry: int | None = None) -> bytes:
    return format_sse_event(data_str=to_json(data).decode(), event=kind, id=identity, retry=retry)

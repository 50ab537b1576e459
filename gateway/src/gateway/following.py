"""One client's merged stream: a follower for each service, and what becomes of it when a service is away."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from starlette.types import Receive, Send

from chassis import logging
from chassis.auth import Caller, Unauthenticated
from chassis.auth.errors import PolicyStale
from chassis.http import RequestProblem
from gateway.answers import LOOK_S
from gateway.client import BrokeOff
from gateway.exchange import Asked, Exchange
from gateway.merging import NOWHERE, Block, Part, blocks, problem_of

_log = logging.get_logger("gateway.live")

SILENCE_S: Final = 60.0
"""A service says at least every fifteen seconds that it is there."""

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 15.0
_MOST_REFUSAL: Final = 64 * 1024
_WAITING: Final = 16
"""Blocks, each of which may be large, that wait for a client who takes them slowly; services wait behind them."""

_TAKES_NOTHING_S: Final = 30
_SECURITY_AWAY_S: Final = 15.0
_LATER: Final = frozenset({408, 425, 429})
_GOES_ON: Final = frozenset({"restarting", "policy_stale", "unauthenticated"})
"""Why a service ends a stream that may be followed again, perhaps with another token."""

Open = Callable[[Part, str], Asked]
LetIn = Callable[[str], Awaitable[tuple[str, Caller]]]
"""Gives another token than the one that is over."""


class Refused(Exception):
    """A service does not let the caller follow its lists."""

    def __init__(self, problem: RequestProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Ended(Exception):
    """The stream is over, for a reason the client is told."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told["code"])
        self.told = told


class Entry:
    """Who follows, with a token that is good: that of a cookie's session is renewed as long as the session lasts.

    Attributes:
        good: set unless the token is over and there is no other yet.
    """

    def __init__(
        self, token: str, caller: Caller, *, again: LetIn | None, still: Callable[[Caller], Awaitable[Caller]]
    ) -> None:
        self.token, self._caller, self._again, self._still = token, caller, again, still
        self._renewing = asyncio.Lock()
        self.good = asyncio.Event()
        self.good.set()

    async def look(self) -> None:
        """Ended when it is nobody's any more."""
        try:
            await self._still(self._caller)
        except Unauthenticated:
            await self.renew(self.token)
        except PolicyStale:
            raise Ended({"code": "policy_stale"}) from None

    async def renew(self, stale: str) -> None:
        """Have another token than this one; Ended when there is none."""
        async with self._renewing:
            if self.token != stale:
                return
            self.good.clear()
            try:
                token, caller = await self._another(stale)
            except (Unauthenticated, PolicyStale):
                raise Ended({"code": "unauthenticated"}) from None
            if token == stale:
                raise Ended({"code": "unauthenticated"})
            self.token, self._caller = token, caller
            self.good.set()

    async def _another(self, stale: str) -> tuple[str, Caller]:
        """Ask for another. That security is away says nothing about the session: it is waited for, and meanwhile the
        client is told nothing."""
        if self._again is None:
            raise Unauthenticated
        until = asyncio.get_running_loop().time() + _SECURITY_AWAY_S
        while True:
            try:
                return await self._again(stale)
            except RequestProblem as problem:
                if asyncio.get_running_loop().time() >= until:
                    raise Ended({"code": problem.code}) from None
            await asyncio.sleep(random.uniform(0.5, 1.0))


class Merged:
    """The stream.

    Args:
        asked: what is sent to a service for its part with a token.
        ask: sends it.
        ends: whether this process is about to end.
    """

    def __init__(
        self,
        parts: list[Part],
        entry: Entry,
        *,
        asked: Open,
        ask: Callable[[Asked], Awaitable[Exchange]],
        ends: Callable[[], bool],
    ) -> None:
        self._parts, self._entry, self._asked, self._ask, self._ends = parts, entry, asked, ask, ends
        self._queue: asyncio.Queue[Block] = asyncio.Queue(_WAITING)
        self._ids = {part.service: part.last_id for part in parts if part.last_id not in (None, NOWHERE)}
        self._opened: dict[str, Exchange | RequestProblem] = {}

    async def open(self, patience_s: float) -> None:
        """Ask every service once. RequestProblem when one of them refuses; one that is away is asked again later."""
        try:
            async with asyncio.TaskGroup() as group:
                for part in self._parts:
                    group.create_task(self._first(part, patience_s))
        except* Refused as refusals:
            self.close()
            first: Any = refusals.exceptions[0]
            raise first.problem from None

    def close(self) -> None:
        """Done with all of it."""
        for one in self._opened.values():
            if isinstance(one, Exchange):
                one.close()
        self._opened.clear()

    async def run(self, receive: Receive, send: Send) -> None:
        """Send until it is over or the client leaves."""
        sending = asyncio.create_task(self._send(send))
        others = [asyncio.create_task(self._follow(part)) for part in self._parts]
        others += [asyncio.create_task(one) for one in (_leaving(receive), self._watch())]
        try:
            done, _ = await asyncio.wait([sending, *others], return_when=asyncio.FIRST_COMPLETED)
            ended = next((one.exception() for one in done if isinstance(one.exception(), Ended)), None)
            for one in done:
                if not isinstance(one.exception(), Ended):
                    one.result()
        finally:
            for task in (sending, *others):
                task.cancel()
            await asyncio.gather(sending, *others, return_exceptions=True)
            self.close()
        if isinstance(ended, Ended):
            data = json.dumps(ended.told, separators=(",", ":")).encode()
            piece = b"event: close\ndata: " + data + b"\nretry: %d\n\n" % random.randint(1_000, 4_000)
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    await send({"type": "http.response.body", "body": b""})

    async def _send(self, send: Send) -> None:
        while True:
            block = await self._queue.get()
            await self._entry.good.wait()
            if block.id is not None:
                self._ids[block.service] = block.id
            piece = block.written({name: one for name, one in self._ids.items() if one is not None})
            try:
                async with asyncio.timeout(_TAKES_NOTHING_S):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except TimeoutError:
                return

    async def _watch(self) -> None:
        while not self._ends():
            await self._entry.look()
            await asyncio.sleep(LOOK_S)
        raise Ended({"code": "restarting"})

    async def _first(self, part: Part, patience_s: float) -> None:
        try:
            async with asyncio.timeout(patience_s):
                self._opened[part.service] = await self._open(part)
        except RequestProblem as problem:
            self._opened[part.service] = problem
        except TimeoutError:
            self._opened[part.service] = RequestProblem(504, "service_timeout", "")

    async def _open(self, part: Part) -> Exchange:
        """The stream of a service. Refused for good, or RequestProblem when it may be asked again later."""
        exchange = await self._ask(self._asked(part, self._entry.token))
        answer = exchange.answer
        if answer.status == 200:
            exchange.leave()  # It may last for hours, and must not keep others out.
            return exchange
        try:
            body = bytearray()
            with suppress(BrokeOff):
                async for chunk in answer.chunks():
                    body += chunk
                    if len(body) > _MOST_REFUSAL:
                        break
        finally:
            exchange.close()
        try:
            document = json.loads(bytes(body))
        except ValueError:
            document = {}
        kept = {name.decode().lower(): value.decode("latin-1") for name, value in answer.headers}
        headers = {name: one for name, one in kept.items() if name in ("www-authenticate", "retry-after")}
        problem = problem_of(answer.status, document if isinstance(document, dict) else {}, headers)
        if 400 <= answer.status < 500 and answer.status not in _LATER:
            raise Refused(problem)
        raise problem

    async def _follow(self, part: Part) -> None:
        """Follow a service for as long as the client is there."""
        pause_s, troubled = _FIRST_PAUSE_S, False
        while True:
            token, heard = self._entry.token, part.heard
            code = await self._once(part)
            if part.heard > heard:
                pause_s, troubled = _FIRST_PAUSE_S, False
            if code == "unauthenticated":
                await self._entry.renew(token)
                continue
            part.last_id = part.last_id or NOWHERE
            if code != "restarting" and not troubled:
                troubled, part.begun = True, False
                told = json.dumps({"lists": part.names, "code": code}, separators=(",", ":")).encode()
                await self._queue.put(Block(part.service, "trouble", told))
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _once(self, part: Part) -> str:
        """Follow it until it ends; why it did. Ended when the client is to follow nothing any more."""
        try:
            exchange = await self._next(part)
        except Refused as refusal:
            if refusal.problem.code == "unauthenticated":
                return "unauthenticated"
            raise Ended({"service": part.service, "code": refusal.problem.code}) from None
        except RequestProblem as problem:
            return problem.code
        try:
            closed = await self._pass_on(part, exchange)
        except (BrokeOff, TimeoutError):
            return "service_failed"
        finally:
            exchange.close()
        if closed["code"] in _GOES_ON:
            return str(closed["code"])
        raise Ended({"service": part.service, **closed})

    async def _pass_on(self, part: Part, exchange: Exchange) -> dict[str, Any]:
        """Pass on what is heard until the service says why it ends; BrokeOff when it does not say.

        To the client the stream goes on when a service is followed anew: that it has begun is told once, and once more
        after trouble.
        """
        async for block in _heard(part.service, exchange):
            if block.kind == "close":
                return _told(block)
            again = block.kind == "ready" and part.begun
            await self._queue.put(Block(part.service, id=block.id) if again else block)
            part.begun = part.begun or block.kind == "ready"
            part.heard += 1
            part.last_id = block.id or part.last_id
        raise BrokeOff

    async def _next(self, part: Part) -> Exchange:
        opened = self._opened.pop(part.service, None)
        if isinstance(opened, RequestProblem):
            raise opened
        return opened or await self._open(part)


async def _heard(service: str, exchange: Exchange) -> Any:
    """The blocks of a stream; TimeoutError when nothing is heard for too long."""
    found = blocks(service, exchange.answer)
    while True:
        async with asyncio.timeout(SILENCE_S):
            block = await anext(found, None)
        if block is None:
            return
        yield block


def _told(block: Block) -> dict[str, Any]:
    """Why a stream was closed; BrokeOff when that makes no sense."""
    try:
        told = json.loads(block.data)
        return {**told, "code": str(told["code"])}
    except (ValueError, TypeError, KeyError):
        raise BrokeOff from None


async def _leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""Room for uploads: each one that is on its way is held in memory, so there are few places, and nobody keeps many."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from uuid import UUID

from chassis.http import RequestProblem

_GRACE_S: Final = 10.0
_BYTES_PER_S: Final = 32 * 1024
"""A quarter of a megabit: a photograph of 3 MB has a minute and a half, and a bad telephone needs less."""


class _Own:
    def __init__(self, most: int) -> None:
        self.places = asyncio.Semaphore(most)
        self.users = 0


class Places:
    """So many uploads at once, and of one caller at most an eighth of them, one at least.

    Args:
        wait_s: how long a further one waits before its first byte is read; shorter than the gateway waits for us.
    """

    def __init__(self, most: int, *, wait_s: float = 20.0) -> None:
        self._all = asyncio.Semaphore(most)
        self._of_each = max(1, most // 8)
        self._own: dict[UUID, _Own] = {}
        self._wait_s = wait_s

    @asynccontextmanager
    async def taken(self, caller: UUID) -> AsyncIterator[None]:
        """A place as long as the block lasts.

        Raises:
            RequestProblem: 429 the caller's own uploads do not end; 503 everybody's.
        """
        own = self._own.setdefault(caller, _Own(self._of_each))
        own.users += 1
        try:
            async with AsyncExitStack() as held:
                await self._take(own.places, held, 429, "too_many_uploads")
                await self._take(self._all, held, 503, "uploads_busy")
                yield
        finally:
            own.users -= 1
            if not own.users:
                del self._own[caller]

    async def _take(self, places: asyncio.Semaphore, held: AsyncExitStack, status: int, code: str) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                await places.acquire()
        except TimeoutError:
            detail = "Other documents are on their way; nothing of this one was read."
            raise RequestProblem(status, code, detail, headers={"Retry-After": "5"}) from None
        held.callback(places.release)


async def in_time(chunks: AsyncIterator[bytes], *, grace_s: float = _GRACE_S) -> AsyncIterator[bytes]:
    """The same chunks; RequestProblem 408 when they come slower, all in all, than 32 KB a second after the first 10."""
    loop = asyncio.get_running_loop()
    begun, size = loop.time(), 0
    following = aiter(chunks)
    while True:
        try:
            async with asyncio.timeout_at(begun + grace_s + size / _BYTES_PER_S):
                chunk = await anext(following)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise RequestProblem(408, "request_timeout", "The document came too slowly.") from None
        size += len(chunk)
        yield chunk

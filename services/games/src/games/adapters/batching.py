"""One request in flight per lane carries everything that arrived while the last one ran.

Under load a batch fills by itself and nobody sleeps to fill one; a lonely item travels alone and at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from games.application.ports import WalletSilent

I = TypeVar("I")  # noqa: E741 - item
O = TypeVar("O")  # noqa: E741 - outcome

Send = Callable[[Sequence[I]], Awaitable[Sequence[O | WalletSilent]]]


class Batcher(Generic[I, O]):
    """Turns single questions into batches.

    Args:
        send: asks for a batch and answers in its order, with a WalletSilent where one item's outcome is unknown;
            raises it when that of all is.
        lanes: batches in flight at the same time.
        largest: items in one batch.
        most_waiting: items that may wait; beyond it a question is turned away at once, before it was sent.
        deadline_s: seconds a question may take in all. One that waited longer is never sent.
    """

    def __init__(
        self,
        send: Send[I, O],
        *,
        lanes: int,
        largest: int,
        most_waiting: int,
        deadline_s: float,
    ) -> None:
        self._send = send
        self._lanes = lanes
        self._largest = largest
        self._most_waiting = most_waiting
        self._deadline_s = deadline_s
        self._waiting: deque[tuple[I, asyncio.Future[O]]] = deque()
        self._busy = 0
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    async def ask(self, item: I) -> O:
        """The answer to one item; WalletSilent when it did not come in time or could not be asked for."""
        if self._closed or len(self._waiting) >= self._most_waiting:
            raise WalletSilent
        answer: asyncio.Future[O] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._busy < self._lanes:
            self._busy += 1
            lane = asyncio.create_task(self._run())
            self._running.add(lane)
            lane.add_done_callback(self._running.discard)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await answer
        except TimeoutError:
            raise WalletSilent from None

    async def close(self) -> None:
        """Take nothing new, and wait until everything taken is answered."""
        self._closed = True
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while batch := self._take():
                await self._one(batch)
        finally:
            self._busy -= 1  # In the same step as the last look at the queue, so that no item is left without a lane.

    async def _one(self, batch: list[tuple[I, asyncio.Future[O]]]) -> None:
        outcomes: Sequence[O | WalletSilent] = [WalletSilent() for _ in batch]
        try:
            outcomes = await self._send([item for item, _ in batch])
        except WalletSilent:
            pass
        finally:
            for (_, answer), outcome in zip(batch, outcomes, strict=True):
                if answer.done():
                    continue
                if isinstance(outcome, WalletSilent):
                    answer.set_exception(outcome)
                else:
                    answer.set_result(outcome)

    def _take(self) -> list[tuple[I, asyncio.Future[O]]]:
        """The next items that somebody still waits for."""
        batch: list[tuple[I, asyncio.Future[O]]] = []
        while self._waiting and len(batch) < self._largest:
            item, answer = self._waiting.popleft()
            if not answer.done():
                batch.append((item, answer))
        return batch

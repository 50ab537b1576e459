"""Feeds fetched records to a handler: in order within a partition, several partitions at once, again after a failure.

Both buses fetch in their own way and share this part, so a batch that fails, a partition that is taken away and a
process that stops are treated alike on either.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from itertools import islice

import structlog

from chassis.messaging.bus import Handler, Record
from chassis.messaging.metrics import BATCH_FAILURES

log = structlog.get_logger(__name__)

Partition = tuple[str, int]
Commit = Callable[[Mapping[Partition, int]], Awaitable[None]]

CONCURRENCY = 4
"""Partitions whose batches are handled at the same time, each in a database transaction of its own."""

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Dispatcher:
    """Holds fetched records by partition and the one worker of each partition that has some.

    Workers do not wait for the bus to write down how far they came: while it does, the offsets of all partitions that
    finished meanwhile are collected for the next commit. Whoever gives partitions up drains them first.

    Args:
        group: for the log.
        handler: is given the records.
        commit: called with the offsets after the last records whose handlers returned, by partition.
        progress: called when there is room for more, or a partition has become idle.
        batch_size: records handed over at once, at most.
    """

    def __init__(
        self, group: str, handler: Handler, commit: Commit, *, progress: Callable[[], None], batch_size: int
    ) -> None:
        self._progress = progress
        self._group = group
        self._handler = handler
        self._commit = commit
        self._batch_size = batch_size
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._queues: dict[Partition, deque[Record]] = {}
        self._workers: dict[Partition, asyncio.Task[None]] = {}
        self._at_work: set[Partition] = set()
        self._retired: set[Partition] = set()
        self._pausing: set[Partition] = set()
        self._done: dict[Partition, int] = {}
        self._committing: dict[Partition, int] = {}
        self._committer: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Records handed out and not yet handled; partitions that pause after a failure are not counted."""
        return sum(len(queue) for partition, queue in self._queues.items() if partition not in self._pausing)

    def backlog(self, partition: Partition) -> int:
        """Records of a partition that were handed out and not yet handled."""
        return len(self._queues.get(partition, ()))

    def idle(self, partition: Partition) -> bool:
        """Whether nothing of this partition is being handled, waits for that, or is still to be committed."""
        return not any(partition in some for some in (self._workers, self._done, self._committing))

    def hand_out(self, partition: Partition, records: Sequence[Record]) -> None:
        """Have these records handled after those that were handed out before."""
        assert partition not in self._retired, "a partition is taken up again only when its last batch has ended"
        self._queues.setdefault(partition, deque()).extend(records)
        if partition not in self._workers:
            self._start(partition)

    def retire(self, partitions: Collection[Partition]) -> None:
        """Forget what waits for these partitions; a batch in its handler may still finish and be committed."""
        for partition in partitions:
            worker = self._workers.get(partition)
            if worker is None:
                continue
            self._retired.add(partition)
            if partition not in self._at_work:
                worker.cancel()

    async def drain(self, partitions: Collection[Partition] | None = None, *, timeout_s: float) -> None:
        """Retire partitions (all of them by default) and wait until they are idle; what is late gets cancelled."""
        chosen = list(self._workers) if partitions is None else list(partitions)
        self.retire(chosen)
        await self._end([self._workers[partition] for partition in chosen if partition in self._workers], timeout_s)
        if self._committer is not None:
            await self._end([self._committer], timeout_s)

    async def _end(self, tasks: Collection[asyncio.Task[None]], timeout_s: float) -> None:
        """Wait for tasks, then cancel them; when this returns their callbacks have run as well."""
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            log.warning("cancelled_late", group=self._group, task=task.get_name(), timeout_s=timeout_s)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def _start(self, partition: Partition) -> None:
        topic, number = partition
        worker = asyncio.create_task(self._work(partition), name=f"{self._group} {topic}/{number}")
        self._workers[partition] = worker
        worker.add_done_callback(lambda _: self._ended(partition))

    def _ended(self, partition: Partition) -> None:
        worker = self._workers.pop(partition)
        retired = partition in self._retired
        self._retired.discard(partition)
        if retired or worker.cancelled():
            self._queues.pop(partition, None)
        elif self._queues.get(partition):
            self._start(partition)
        self._progress()

    async def _work(self, partition: Partition) -> None:
        queue = self._queues[partition]
        while queue:
            batch = list(islice(queue, self._batch_size))
            if not await self._deliver(partition, batch):
                return
            for _ in batch:
                queue.popleft()
            self._progress()

    async def _deliver(self, partition: Partition, batch: list[Record]) -> bool:
        """Hand a batch over until its handler returns; False when the partition was retired before that."""
        pause_s = FIRST_PAUSE_S
        while partition not in self._retired:
            async with self._slots:
                if await self._attempt(partition, batch, pause_s):
                    return True
            if partition not in self._retired:
                await self._pause(partition, pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        return False

    async def _pause(self, partition: Partition, pause_s: float) -> None:
        self._pausing.add(partition)
        self._progress()
        try:
            await asyncio.sleep(pause_s)
        finally:
            self._pausing.discard(partition)

    async def _attempt(self, partition: Partition, batch: list[Record], pause_s: float) -> bool:
        topic, number = partition
        place = {"group": self._group, "topic": topic, "partition": number, "offset": batch[0].offset}
        self._at_work.add(partition)
        try:
            await self._handler(batch)
        except Exception as error:
            BATCH_FAILURES.labels(topic).inc()
            log.warning("batch_failed", **place, records=len(batch), again_in_s=pause_s, exc_info=error)
            return False
        else:
            self._done[partition] = batch[-1].offset + 1
            if self._committer is None:
                self._committer = asyncio.create_task(self._commit_done(), name=f"{self._group} commits")
            return True
        finally:
            self._at_work.discard(partition)

    async def _commit_done(self) -> None:
        """Tell the bus. Where that fails the partition has another owner by now, who gets the batch once more."""
        try:
            while self._done:
                self._committing, self._done = self._done, {}
                try:
                    await self._commit(self._committing)
                except Exception as error:
                    log.info("commit_refused", group=self._group, offsets=len(self._committing), error=repr(error))
                self._committing = {}
                self._progress()
        finally:
            self._committing = {}
            self._committer = None

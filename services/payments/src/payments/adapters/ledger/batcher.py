"""Micro-batches: whoever waits while a batch is being posted goes into the next one. No timer, no sleeping.

Each writer has a connection and a queue of its own, and a wallet goes to one of them, so that two writers rarely want
the same row. One writer works alone as long as its batches are not full, because few large batches cost far less than
many small ones; then the next joins. Correctness depends on none of this, the row locks see to that.

Nobody waits for another player's wallet: whose is held by others, a deposit of his perhaps, is told to ask again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

import asyncpg
import structlog

from chassis.domain import DomainError
from payments.adapters.ledger.accounts import Patience
from payments.adapters.ledger.metrics import BATCH_SECONDS, BATCH_SIZE, BUSY, REFUSED, RETRIES, WAITING
from payments.adapters.ledger.units import Unit
from payments.domain.ledger.transfers import Answer

log = structlog.get_logger(__name__)

LARGEST_BATCH = 512
"""Units. More hardly raises the rate and lengthens the time that locks are held (docs/adr/0010-ledger.md)."""

FULL_BATCH = LARGEST_BATCH * 3 // 4
SMALL_BATCH = LARGEST_BATCH // 8
"""When batches are full another writer joins; when they are small one writer is enough again."""

MOST_WAITING = 20_000
"""Units per writer. Beyond it the caller is told at once instead of after his patience has run out."""

ATTEMPTS = 5
FIRST_PAUSE_S = 0.05

_AGAIN = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    # Another process posted one of the ids between our look and our write; the next look finds it.
    asyncpg.UniqueViolationError,
)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""The connection is of no use any more. Whether the last commit went through is unknown; the ids make that harmless."""

Outcome = list[Answer] | Exception
"""What became of one unit; an exception when the database could not take it, whatever it was batched with."""

Connect = Callable[[], Awaitable[Any]]
Post = Callable[[Any, Sequence[Unit], Patience], Awaitable[Sequence[list[Answer] | None]]]


class LedgerUnavailable(DomainError):
    """The books cannot be reached or are overrun; nobody knows yet whether the request was posted. Ask again."""

    code: ClassVar[str] = "ledger_unavailable"
    status: ClassVar[int] = 503


class WalletBusy(LedgerUnavailable):
    """Somebody else works on the player's wallet; nothing was posted. Ask again."""


class _Call:
    """What one caller waits for."""

    __slots__ = ("answered", "units")

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self.answered: asyncio.Future[list[Outcome] | LedgerUnavailable] = asyncio.get_running_loop().create_future()


class Batcher:
    """Takes units from any number of callers and answers each after its batch was committed.

    Args:
        connect: makes a connection to post on.
        post: posts units in the transaction that is open on a connection.
        writers: how many batches may be under way at once, when there is enough to do.
        on_posted: called after each commit.
        pause_s: before the second attempt; each further pause is twice as long.
    """

    def __init__(
        self,
        connect: Connect,
        post: Post,
        *,
        writers: int = 2,
        on_posted: Callable[[], None] = lambda: None,
        pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._writers = [_Writer(number, connect, post, on_posted, pause_s, self._adapt) for number in range(writers)]
        self._active = 1
        self._closing = False

    async def submit(self, units: Sequence[Unit]) -> list[Outcome]:
        """The outcome of each unit, in order. Cancelling the caller changes nothing about what is posted.

        Raises:
            LedgerUnavailable: after several attempts, or because too much waits already.
        """
        if self._closing:
            raise LedgerUnavailable("The service is stopping.")
        if len(units) == 1:
            return await _answer_to(self._writers[self._writer_of(units[0])].add(units))
        shares: dict[int, list[int]] = {}
        for place, unit in enumerate(units):
            shares.setdefault(self._writer_of(unit), []).append(place)
        calls = [(self._writers[w].add([units[place] for place in places]), places) for w, places in shares.items()]
        outcomes: list[Outcome] = [[]] * len(units)
        for call, places in calls:
            for place, outcome in zip(places, await _answer_to(call), strict=True):
                outcomes[place] = outcome
        return outcomes

    def start(self) -> None:
        """Begin to post; call it inside the running loop."""
        for writer in self._writers:
            writer.start()

    async def close(self) -> None:
        """Take nothing more, answer everything that was taken, then let the connections go."""
        self._closing = True
        await asyncio.gather(*(writer.close() for writer in self._writers))

    def _writer_of(self, unit: Unit) -> int:
        wallet = unit.requests[0].wallet
        return 0 if wallet is None else wallet.player_id.int % self._active

    def _adapt(self, size: int) -> None:
        """A writer takes a batch of this size."""
        if size >= FULL_BATCH:
            self._active = min(self._active + 1, len(self._writers))
        elif size <= SMALL_BATCH:
            self._active = 1


class _Writer:
    """One connection and its queue."""

    def __init__(
        self,
        number: int,
        connect: Connect,
        post: Post,
        on_posted: Callable[[], None],
        pause_s: float,
        on_taken: Callable[[int], None],
    ) -> None:
        self._number = number
        self._connect = connect
        self._post = post
        self._on_posted = on_posted
        self._pause_s = pause_s
        self._on_taken = on_taken
        self._connection: Any = None
        self._calls: deque[_Call] = deque()
        self._waiting = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"ledger writer {self._number}")

    def add(self, units: Sequence[Unit]) -> _Call:
        if self._waiting + len(units) > MOST_WAITING:
            REFUSED.inc()
            raise LedgerUnavailable("Too many transfers wait already.")
        call = _Call(units)
        self._calls.append(call)
        self._waiting += len(units)
        WAITING.inc(len(units))
        self._wake.set()
        return call

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        await self._disconnect()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._calls:
                await self._answer(self._take())
            if self._closing:
                return

    def _take(self) -> list[_Call]:
        """Whole calls, as many as fit into a batch, at least one."""
        taken: list[_Call] = []
        size = 0
        while self._calls and (not taken or size + len(self._calls[0].units) <= LARGEST_BATCH):
            call = self._calls.popleft()
            taken.append(call)
            size += len(call.units)
        self._waiting -= size
        WAITING.dec(size)
        self._on_taken(size)
        return taken

    async def _answer(self, calls: list[_Call]) -> None:
        units = [unit for call in calls for unit in call.units]
        try:
            outcomes = await self._resolve(units)
        except LedgerUnavailable as unavailable:
            for call in calls:
                if not call.answered.done():
                    call.answered.set_result(unavailable)
            return
        place = 0
        for call in calls:
            end = place + len(call.units)
            if not call.answered.done():
                call.answered.set_result(outcomes[place:end])
            place = end

    async def _resolve(self, units: Sequence[Unit]) -> list[Outcome]:
        """Post them; when the database cannot take them together, halve them until the one it cannot take is alone."""
        try:
            return list(await self._transaction(units))
        except LedgerUnavailable:
            raise
        except Exception as error:
            if len(units) == 1:
                log.error("ledger_unit_refused", transfer_id=str(units[0].requests[0].id), error=repr(error))  # noqa: TRY400
                return [error]
            middle = len(units) // 2
            return [*await self._resolve(units[:middle]), *await self._resolve(units[middle:])]

    async def _transaction(self, units: Sequence[Unit]) -> Sequence[Outcome]:
        try:
            return await self._tried(units, Patience.AT_ONCE)
        except asyncpg.LockNotAvailableError:
            return await self._tried(units, Patience.LEAVE_OUT)

    async def _tried(self, units: Sequence[Unit], patience: Patience) -> Sequence[Outcome]:
        pause_s = self._pause_s
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(units, patience)
            except _AGAIN as error:
                held = isinstance(error, asyncpg.LockNotAvailableError) and patience is Patience.AT_ONCE
                if held or attempt == ATTEMPTS:
                    raise
                reason: Exception = error
            except _LOST as error:
                reason = error
                await self._disconnect()
            RETRIES.labels(type(reason).__name__).inc()
            log.warning("ledger_batch_again", attempt=attempt, size=len(units), error=repr(reason))
            if attempt < ATTEMPTS:
                await asyncio.sleep(pause_s)
                pause_s *= 2
        raise LedgerUnavailable

    async def _once(self, units: Sequence[Unit], patience: Patience) -> Sequence[Outcome]:
        with BATCH_SECONDS.time():
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._connect()
            async with self._connection.transaction():
                answers = await self._post(self._connection, units, patience)
        BATCH_SIZE.observe(len(units))
        BUSY.inc(sum(answer is None for answer in answers))
        self._on_posted()
        return [WalletBusy() if answer is None else answer for answer in answers]

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


async def _answer_to(call: _Call) -> list[Outcome]:
    answered = await call.answered
    if isinstance(answered, LedgerUnavailable):
        raise answered
    return answered

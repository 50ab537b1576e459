"""Micro-batching, with a database that does what the test says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.telemetry.metrics import REGISTRY
from payments.adapters.ledger import batcher as module
from payments.adapters.ledger.accounts import Patience
from payments.adapters.ledger.batcher import LARGEST_BATCH, Batcher, LedgerUnavailable, WalletBusy
from payments.adapters.ledger.units import Unit
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Answer, Code, GameMove, GameMoveKind


def figure(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0


def unit(number: int, player: int = 2) -> Unit:
    return Unit(
        (
            GameMove(
                id=UUID(int=number),
                kind=GameMoveKind.BET,
                wallet=WalletKey(UUID(int=1), UUID(int=player), "EUR"),
                amount_minor=1,
                fingerprint=0,
                reference_id=None,
                requires_reference=False,
                supplier="hub88",
                supplier_tx="t",
                game_code="g",
                round_ref="r",
                round_closed=False,
                session_id=None,
            ),
        )
    )


class FakeConnection:
    def __init__(self) -> None:
        self.closed = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield

    def is_closed(self) -> bool:
        return self.closed

    def terminate(self) -> None:
        self.closed = True


class FakeDatabase:
    """Answers each unit with its id as the balance; notes the batches; fails as told; waits at its gate.

    `held`: units of players whose wallets somebody else has.
    """

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.connections = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fail: Callable[[list[int]], Exception | None] = lambda _: None
        self.held: set[int] = set()

    async def connect(self) -> FakeConnection:
        self.connections += 1
        return FakeConnection()

    async def post(self, _: Any, units: Sequence[Unit], patience: Patience) -> list[list[Answer] | None]:
        ids = [one.requests[0].id.int for one in units]
        self.batches.append(ids)
        await self.gate.wait()
        if error := self.fail(ids):
            raise error
        if patience is Patience.AT_ONCE and not self.held.isdisjoint(ids):
            raise asyncpg.LockNotAvailableError
        return [None if number in self.held else [Answer(Code.CREATED, number)] for number in ids]


@asynccontextmanager
async def running(database: FakeDatabase, writers: int = 1) -> AsyncIterator[Batcher]:
    batcher = Batcher(database.connect, database.post, writers=writers, pause_s=0.001)
    batcher.start()
    try:
        yield batcher
    finally:
        database.gate.set()
        await batcher.close()


def balances(outcomes: Sequence[Any]) -> list[Any]:
    return [outcome if isinstance(outcome, Exception) else outcome[0].cash_minor for outcome in outcomes]


async def test_whoever_comes_while_a_batch_is_posted_goes_into_the_next_one():
    database = FakeDatabase()
    database.gate.clear()
    async with running(database) as batcher:
        first = asyncio.create_task(batcher.submit([unit(1)]))
        while not database.batches:
            await asyncio.sleep(0)
        others = [asyncio.create_task(batcher.submit([unit(n), unit(n + 100)])) for n in range(2, 7)]
        await asyncio.sleep(0)
        database.gate.set()
        assert balances(await first) == [1]
        assert [balances(await other) for other in others] == [[n, n + 100] for n in range(2, 7)]
    assert database.batches == [[1], [2, 102, 3, 103, 4, 104, 5, 105, 6, 106]]


async def test_a_batch_has_a_size_and_what_does_not_fit_waits():
    database = FakeDatabase()
    async with running(database) as batcher:
        calls = [batcher.submit([unit(n * 300 + i) for i in range(300)]) for n in range(3)]
        for n, outcomes in enumerate(await asyncio.gather(*calls)):
            assert balances(outcomes) == [n * 300 + i for i in range(300)]
    assert max(map(len, database.batches)) <= LARGEST_BATCH


async def test_one_that_the_database_cannot_take_fails_alone():
    database = FakeDatabase()
    poison = ValueError("cannot be stored")
    database.fail = lambda ids: poison if 13 in ids else None
    async with running(database) as batcher:
        calls = await asyncio.gather(*(batcher.submit([unit(n)]) for n in range(32)))
    assert [balances(call)[0] for call in calls] == [poison if n == 13 else n for n in range(32)]


async def test_a_caller_who_gives_up_does_not_take_his_transfer_with_him():
    database = FakeDatabase()
    database.gate.clear()
    async with running(database) as batcher:
        caller = asyncio.create_task(batcher.submit([unit(1)]))
        while not database.batches:
            await asyncio.sleep(0)
        waiting = asyncio.create_task(batcher.submit([unit(2)]))
        await asyncio.sleep(0)
        caller.cancel()
        waiting.cancel()
        await asyncio.gather(caller, waiting, return_exceptions=True)
        database.gate.set()
        assert balances(await batcher.submit([unit(3)])) == [3]
    assert [number for batch in database.batches for number in batch] == [1, 2, 3]


async def test_stopping_answers_everything_that_was_taken_and_takes_nothing_more():
    database = FakeDatabase()
    database.gate.clear()
    batcher = Batcher(database.connect, database.post, writers=2)
    batcher.start()
    calls = [asyncio.create_task(batcher.submit([unit(n, player=n)])) for n in range(20)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(batcher.close())
    await asyncio.sleep(0)
    with pytest.raises(LedgerUnavailable):
        await batcher.submit([unit(99)])
    database.gate.set()
    await closing
    assert sorted(balances(call)[0] for call in await asyncio.gather(*calls)) == list(range(20))


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.AdminShutdownError("restart"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
async def test_a_lost_connection_is_replaced_and_the_batch_posted_again(error: Exception):
    database = FakeDatabase()
    failures = iter([error, error])
    database.fail = lambda _: next(failures, None)
    async with running(database) as batcher:
        assert balances(await batcher.submit([unit(1), unit(2)])) == [1, 2]
    assert database.batches == [[1, 2]] * 3
    assert database.connections == 3


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError("cycle"), asyncpg.UniqueViolationError("race")])
async def test_losing_a_race_is_tried_again_on_the_same_connection(error: Exception):
    database = FakeDatabase()
    failures = iter([error])
    database.fail = lambda _: next(failures, None)
    async with running(database) as batcher:
        assert balances(await batcher.submit([unit(1)])) == [1]
    assert database.connections == 1


async def test_a_database_that_stays_away_is_told_to_the_callers_and_forgotten_when_it_is_back():
    database = FakeDatabase()
    database.fail = lambda _: ConnectionRefusedError()
    async with running(database) as batcher:
        with pytest.raises(LedgerUnavailable):
            await batcher.submit([unit(1)])
        database.fail = lambda _: None
        assert balances(await batcher.submit([unit(1)])) == [1]


async def test_whose_wallet_is_held_is_told_to_ask_again_and_the_others_are_answered():
    database = FakeDatabase()
    database.held = {2}
    async with running(database) as batcher:
        first, busy, last = await batcher.submit([unit(1), unit(2), unit(3)])
    assert balances([first, last]) == [1, 3]
    assert isinstance(busy, WalletBusy)
    assert database.batches == [[1, 2, 3], [1, 2, 3]]


async def test_a_lock_that_is_no_wallets_is_waited_for_and_tried_again():
    database = FakeDatabase()
    lost = iter([asyncpg.LockNotAvailableError(), asyncpg.LockNotAvailableError(), None])
    database.fail = lambda _: next(lost)
    async with running(database) as batcher:
        assert balances(await batcher.submit([unit(1)])) == [1]


async def test_beyond_a_limit_callers_are_told_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    database = FakeDatabase()
    database.gate.clear()
    refused, waits = figure("ledger_refused_total"), figure("ledger_waiting_units")
    async with running(database) as batcher:
        first = asyncio.create_task(batcher.submit([unit(1)]))
        while not database.batches:
            await asyncio.sleep(0)
        waiting = asyncio.create_task(batcher.submit([unit(2), unit(3), unit(4)]))
        await asyncio.sleep(0)
        with pytest.raises(LedgerUnavailable, match="Too many"):
            await batcher.submit([unit(5)])
        assert (figure("ledger_refused_total"), figure("ledger_waiting_units")) == (refused + 1, waits + 3)
        database.gate.set()
        assert balances(await first) == [1]
        assert balances(await waiting) == [2, 3, 4]
    assert figure("ledger_waiting_units") == waits


async def test_a_players_requests_keep_their_order_however_many_writers_there_are():
    database = FakeDatabase()
    async with running(database, writers=4) as batcher:
        await asyncio.gather(*(batcher.submit([unit(n, player=n % 3)]) for n in range(60)))
    for player in range(3):
        order = [number for batch in database.batches for number in batch if number % 3 == player]
        assert order == sorted(order)


async def test_a_second_writer_joins_only_while_batches_are_full():
    database = FakeDatabase()
    async with running(database, writers=2) as batcher:
        await asyncio.gather(*(batcher.submit([unit(n, player=n)]) for n in range(100)))
        assert database.connections == 1
        await asyncio.gather(*(batcher.submit([unit(n, player=n)]) for n in range(400)))
        await asyncio.gather(*(batcher.submit([unit(n, player=n)]) for n in range(200)))
        assert database.connections == 2
        assert [number % 2 for number in database.batches[-1]] == [
            number % 2 for number in database.batches[-1][:1]
        ] * 100
        await batcher.submit([unit(1)])
        await asyncio.gather(*(batcher.submit([unit(n, player=n)]) for n in range(100)))
        assert sorted(database.batches[-1]) == list(range(100))

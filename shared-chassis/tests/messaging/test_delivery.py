"""Which bus is chosen, whose fault a failure is, and what becomes of batches when their partition goes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from chassis.domain import DomainError
from chassis.messaging import Record, bus_from_settings
from chassis.messaging.delivery import Dispatcher, Partition
from chassis.messaging.kafka_bus import KafkaBus
from chassis.messaging.postgres_bus import PostgresBus
from chassis.store import ConcurrentChange, UnknownEventType
from chassis.store.failures import of_size, transient

ZERO: Partition = ("news", 0)


@dataclass(frozen=True)
class Settings:
    event_bus: Literal["kafka", "postgres"]
    bus_database_url: str | None = None
    kafka_bootstrap: str | None = None


def test_the_settings_choose_the_bus() -> None:
    postgres = bus_from_settings(Settings("postgres", bus_database_url="postgresql+asyncpg://u:p@h:1/bus"))
    assert isinstance(postgres, PostgresBus)
    assert postgres.url == "postgresql://u:p@h:1/bus"
    assert isinstance(bus_from_settings(Settings("kafka", kafka_bootstrap="h:1")), KafkaBus)


@pytest.mark.parametrize(("bus", "variable"), [("kafka", "KAFKA_BOOTSTRAP"), ("postgres", "BUS_DATABASE_URL")])
def test_a_missing_address_is_named(bus: Literal["kafka", "postgres"], variable: str) -> None:
    with pytest.raises(ValueError, match=variable):
        bus_from_settings(Settings(bus))


def wrapped(error: Exception) -> Exception:
    """As SQLAlchemy hands on what asyncpg raised."""
    outer = OperationalError("SELECT", {}, error)
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize(
    "error",
    [
        OSError(),
        TimeoutError(),
        ConcurrentChange(),
        UnknownEventType("till.invented v9"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InterfaceError("closed"),
        asyncpg.InternalClientError("cannot switch to state 12"),
        asyncpg.SerializationError("again"),
        asyncpg.AdminShutdownError("bye"),
        asyncpg.LockNotAvailableError("busy"),
        asyncpg.UndefinedTableError("not migrated yet"),
        wrapped(asyncpg.TooManyConnectionsError("full")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_world_did_is_waited_for(error: Exception) -> None:
    assert transient(error)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("player"),
        DomainError("refused"),
        asyncpg.UniqueViolationError("twice"),
        IntegrityError("INSERT", {}, asyncpg.CheckViolationError("negative")),
        wrapped(asyncpg.NumericValueOutOfRangeError("too much")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_event_did_is_not(error: Exception) -> None:
    assert not transient(error)
    assert not of_size(error)


def records(*offsets: int) -> list[Record]:
    return [Record("news", 0, offset, "k", b"") for offset in offsets]


class Commits:
    """A bus that notes commits and can be slow with them."""

    def __init__(self) -> None:
        self.made: list[dict[Partition, int]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, offsets: Mapping[Partition, int]) -> None:
        await self.free.wait()
        self.made.append(dict(offsets))


async def until(dispatcher: Dispatcher, partition: Partition) -> None:
    async with asyncio.timeout(5):
        while not dispatcher.idle(partition):
            await asyncio.sleep(0)


async def test_what_finishes_while_a_commit_is_under_way_is_committed_together() -> None:
    commits, handled = Commits(), 0

    async def handler(batch: Sequence[Record]) -> None:
        nonlocal handled
        handled += len(batch)

    dispatcher = Dispatcher("group", handler, commits, progress=lambda: None, batch_size=10)
    commits.free.clear()
    for number in range(6):
        dispatcher.hand_out(("news", number), records(0, 1, 2))
    async with asyncio.timeout(5):
        while handled < 18:
            await asyncio.sleep(0)
    assert not dispatcher.idle(ZERO)
    commits.free.set()
    for number in range(6):
        await until(dispatcher, ("news", number))
    assert len(commits.made) <= 2
    assert {partition: offset for made in commits.made for partition, offset in made.items()} == {
        ("news", number): 3 for number in range(6)
    }


async def test_a_retired_partition_finishes_its_batch_and_forgets_the_rest() -> None:
    commits, entered, go_on = Commits(), asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    async def handler(batch: Sequence[Record]) -> None:
        seen.extend(record.offset for record in batch)
        entered.set()
        await go_on.wait()

    dispatcher = Dispatcher("group", handler, commits, progress=lambda: None, batch_size=2)
    dispatcher.hand_out(ZERO, records(*range(6)))
    await entered.wait()
    dispatcher.retire([ZERO])
    assert not dispatcher.idle(ZERO)
    go_on.set()
    await until(dispatcher, ZERO)
    assert (seen, commits.made, dispatcher.backlog(ZERO)) == ([0, 1], [{ZERO: 2}], 0)
    dispatcher.hand_out(ZERO, records(2, 3))
    await until(dispatcher, ZERO)
    assert commits.made[-1] == {ZERO: 4}


async def test_a_drain_waits_for_the_commit() -> None:
    commits = Commits()

    async def handler(_: Sequence[Record]) -> None:
        return

    dispatcher = Dispatcher("group", handler, commits, progress=lambda: None, batch_size=2)
    commits.free.clear()
    dispatcher.hand_out(ZERO, records(0))
    await asyncio.sleep(
        0.01
    )  # allow no-sleep-in-tests: the batch reaches its commit, and nothing tells that it waits there
    draining = asyncio.create_task(dispatcher.drain(timeout_s=5))
    await asyncio.wait({draining}, timeout=0.05)
    assert not draining.done()
    commits.free.set()
    await draining
    assert commits.made == [{ZERO: 1}]


async def test_a_batch_that_does_not_end_is_cancelled_and_not_committed() -> None:
    commits, entered = Commits(), asyncio.Event()

    async def handler(_: Sequence[Record]) -> None:
        entered.set()
        await asyncio.Event().wait()

    dispatcher = Dispatcher("group", handler, commits, progress=lambda: None, batch_size=2)
    dispatcher.hand_out(ZERO, records(0))
    await entered.wait()
    await dispatcher.drain(timeout_s=0.01)
    assert dispatcher.idle(ZERO)
    assert commits.made == []


async def test_a_commit_that_is_refused_does_not_stop_the_partition() -> None:
    made: list[int] = []

    async def commit(offsets: Mapping[Partition, int]) -> None:
        made.append(offsets[ZERO])
        if len(made) == 1:
            raise ConnectionResetError("the group moved on")

    async def handler(_: Sequence[Record]) -> None:
        return

    dispatcher = Dispatcher("group", handler, commit, progress=lambda: None, batch_size=1)
    dispatcher.hand_out(ZERO, records(0))
    await until(dispatcher, ZERO)
    dispatcher.hand_out(ZERO, records(1))
    await until(dispatcher, ZERO)
    assert made == [1, 2]

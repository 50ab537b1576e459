"""What hangs outside is waited for by its own lane alone, and tasks of a lane are claimed as safely as any."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from chassis.db import Database, tables
from chassis.db.engine import driver
from chassis.domain import FixedClock, uuid7
from chassis.store import Application, Context, EventTypes, UnitOfWork
from chassis.tasks import Retry, Task, TaskRunner
from chassis.tasks.runner import _CLAIM, LEASE, PLACES, PLACES_OF_A_LANE
from chassis.testing.postgres import CHASSIS, Databases, opened

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        yield db


async def schedule(
    db: Database, clock: FixedClock, task_id: UUID, run_at: datetime | None = None, *, lane: str
) -> None:
    application = Application(db, EventTypes(), source="tests", clock=clock)

    async def work(uow: UnitOfWork) -> None:
        await uow.schedule("ask", task_id, {}, run_at=run_at, lane=lane)

    await application.transact(work, Context.system("tests", clock))


class House:
    """Handlers that hang in some lanes until `over`, and end at once in others."""

    def __init__(self, *hanging: str) -> None:
        self.hanging = frozenset(hanging)
        self.hung: Counter[str] = Counter()
        self.over, self.settled = asyncio.Event(), asyncio.Event()
        self.done: asyncio.Queue[UUID] = asyncio.Queue()

    async def ask(self, task: Task) -> None:
        if task.lane in self.hanging:
            self.hung[task.lane] += 1
            if all(self.hung[lane] == PLACES_OF_A_LANE for lane in self.hanging):
                self.settled.set()
            await self.over.wait()
        self.done.put_nowait(task.id)


@pytest.mark.parametrize("lane", ["trustly", ""], ids=["another_lane", "no_lane"])
async def test_what_hangs_outside_delays_nothing_else_however_much_of_it_waits(db: Database, lane: str) -> None:
    clock, house, stop = FixedClock(START), House("adyen", "paysafe", "stripe"), asyncio.Event()
    for hanging in sorted(house.hanging):
        for _ in range(2 * PLACES):
            await schedule(db, clock, uuid7(), lane=hanging)
    clock.advance(timedelta(seconds=1))
    runner = TaskRunner(db, {"ask": house.ask}, clock=clock)
    running = asyncio.create_task(runner.run(stop))
    await house.settled.wait()
    last = uuid7()
    await schedule(db, clock, last, lane=lane)  # Later than all the others.
    runner.wake()
    assert await house.done.get() == last
    assert house.hung == dict.fromkeys(house.hanging, PLACES_OF_A_LANE)
    stop.set()
    house.over.set()
    await running


async def test_a_place_that_gets_free_is_taken_by_the_next_of_its_lane(db: Database) -> None:
    clock, stop, running_now, most = FixedClock(START), asyncio.Event(), 0, 0
    done: asyncio.Queue[UUID] = asyncio.Queue()

    async def ask(task: Task) -> None:
        nonlocal running_now, most
        running_now += 1
        most = max(most, running_now)
        await asyncio.sleep(0)
        running_now -= 1
        done.put_nowait(task.id)

    wanted = [uuid7() for _ in range(5 * PLACES_OF_A_LANE)]
    for task_id in wanted:
        await schedule(db, clock, task_id, lane="stripe")
    running = asyncio.create_task(TaskRunner(db, {"ask": ask}, clock=clock).run(stop))
    assert {await done.get() for _ in wanted} == set(wanted)
    stop.set()
    await running
    assert most <= PLACES_OF_A_LANE


async def test_within_a_lane_the_longest_due_goes_first(db: Database) -> None:
    clock, order = FixedClock(START), []

    async def ask(task: Task) -> None:
        order.append(task.id)

    ids = [uuid7() for _ in range(6)]
    for age, task_id in enumerate(ids):
        await schedule(db, clock, task_id, START - timedelta(minutes=age), lane="stripe")
    await TaskRunner(db, {"ask": ask}, clock=clock, places_of_a_lane=1).run_due()
    assert order == ids[::-1]


async def test_several_runners_share_the_lanes_and_nothing_runs_twice(db: Database) -> None:
    clock = FixedClock(START)
    done: list[UUID] = []

    async def ask(task: Task) -> None:
        done.append(task.id)
        await asyncio.sleep(0)

    for number in range(60):
        await schedule(db, clock, uuid7(), lane=("", "adyen", "stripe")[number % 3])
    await asyncio.gather(*(TaskRunner(db, {"ask": ask}, clock=clock, places=3).run_due() for _ in range(4)))
    assert len(done) == len(set(done)) == 60


async def test_a_claim_that_ran_out_is_taken_by_another_process_though_its_lane_is_the_same(db: Database) -> None:
    clock, done = FixedClock(START), []

    async def ask(task: Task) -> None:
        done.append(task.attempts)

    await schedule(db, clock, uuid7(), lane="stripe")
    await TaskRunner(db, {"ask": ask}, clock=clock)._claim()
    survivor = TaskRunner(db, {"ask": ask}, clock=clock)
    assert await survivor.run_due() == 0
    clock.advance(LEASE + timedelta(seconds=1))
    assert (await survivor.run_due(), done) == (1, [2])


async def test_a_task_stays_in_its_lane_when_it_is_to_run_again_and_moves_when_it_is_scheduled_anew(
    db: Database,
) -> None:
    clock, seen, task_id = FixedClock(START), [], uuid7()

    async def ask(task: Task) -> None:
        seen.append(task.lane)
        if len(seen) == 1:
            raise Retry(timedelta(0))
        if len(seen) == 2:
            await schedule(db, clock, task_id, lane="adyen")

    await schedule(db, clock, task_id, lane="stripe")
    await TaskRunner(db, {"ask": ask}, clock=clock).run_due()
    assert seen == ["stripe", "stripe", "adyen"]


async def test_what_waits_in_a_lane_without_a_place_is_not_read(db: Database) -> None:
    """A claim looks at a row or two of each lane, whatever waits there."""
    waiting: list[dict[str, Any]] = [
        {"kind": "ask", "id": uuid7(), "payload": {}, "run_at": START, "lane": lane}
        for lane in ("adyen", "stripe")
        for _ in range(5_000)
    ]
    times = (START, START + LEASE)
    async with db.write() as connection:
        await connection.execute(insert(tables.task), waiting)
        await connection.execute(text("ANALYZE task"))
        raw = await driver(connection)
        full = [PLACES, PLACES_OF_A_LANE, ["adyen", "stripe"], [PLACES_OF_A_LANE] * 2]
        (plan,) = await raw.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {_CLAIM}", ["ask"], *times, *full)
    nodes = list(_nodes(plan["Plan"]))
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}
    assert max(node["Actual Rows"] for node in nodes) <= len(("adyen", "stripe", "none"))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)

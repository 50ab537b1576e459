"""Tasks are done at least once, later when they ask for it, and again after a crash."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from chassis.db import Database, tables
from chassis.domain import FixedClock, uuid7
from chassis.store import Application, Context, EventTypes, UnitOfWork
from chassis.tasks import Retry, Task, TaskRunner
from chassis.tasks.runner import LEASE
from chassis.testing.postgres import CHASSIS, Databases, opened

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        yield db


async def schedule(db: Database, clock: FixedClock, task_id: UUID, run_at: datetime | None = None) -> None:
    application = Application(db, EventTypes(), source="tests", clock=clock)

    async def work(uow: UnitOfWork) -> None:
        await uow.schedule("ask", task_id, {"place": 0}, run_at=run_at)

    await application.transact(work, Context.system("tests", clock))


async def waiting(db: Database) -> int:
    async with db.read() as connection:
        return (await connection.execute(select(func.count()).select_from(tables.task))).scalar_one()


async def test_a_task_runs_once_and_is_gone(db: Database) -> None:
    clock, done = FixedClock(START), []

    async def ask(task: Task) -> None:
        done.append(task)

    task_id = uuid7()
    await schedule(db, clock, task_id)
    runner = TaskRunner(db, {"ask": ask}, clock=clock)
    assert await runner.run_due() == 1
    assert [(task.id, task.attempts) for task in done] == [(task_id, 1)]
    assert await waiting(db) == 0


async def test_a_task_of_the_future_waits(db: Database) -> None:
    clock, done = FixedClock(START), []

    async def ask(task: Task) -> None:
        done.append(task.id)

    await schedule(db, clock, uuid7(), START + timedelta(minutes=5))
    runner = TaskRunner(db, {"ask": ask}, clock=clock)
    assert await runner.run_due() == 0
    clock.advance(timedelta(minutes=5))
    assert await runner.run_due() == 1


async def test_a_failure_backs_off_and_a_retry_remembers_its_place(db: Database) -> None:
    clock = FixedClock(START)
    seen: list[dict[str, int]] = []

    async def ask(task: Task) -> None:
        seen.append(task.payload)
        if task.attempts == 1:
            raise RuntimeError("the provider is away")
        if task.attempts == 2:
            raise Retry(timedelta(minutes=1), payload={"place": 2})

    await schedule(db, clock, uuid7())
    runner = TaskRunner(db, {"ask": ask}, clock=clock)
    for pause in (timedelta(0), timedelta(seconds=1), timedelta(minutes=1)):
        clock.advance(pause)
        assert await runner.run_due() == 1
    assert seen == [{"place": 0}, {"place": 0}, {"place": 2}]
    assert await waiting(db) == 0


async def test_a_claim_that_ran_out_is_taken_by_another_process(db: Database) -> None:
    clock, done = FixedClock(START), []

    async def ask(task: Task) -> None:
        done.append(task.attempts)

    await schedule(db, clock, uuid7())
    crashed = TaskRunner(db, {"ask": ask}, clock=clock)
    await crashed._claim()
    survivor = TaskRunner(db, {"ask": ask}, clock=clock)
    assert await survivor.run_due() == 0
    clock.advance(LEASE + timedelta(seconds=1))
    assert await survivor.run_due() == 1
    assert done == [2]


async def test_what_a_dead_process_was_taking_is_taken_once_the_server_lets_go_of_it(db: Database) -> None:
    clock, done = FixedClock(START), []

    async def ask(task: Task) -> None:
        done.append(task.attempts)

    await schedule(db, clock, uuid7())
    runner = TaskRunner(db, {"ask": ask}, clock=clock)
    async with db.write() as dying:
        await dying.execute(select(tables.task).with_for_update())
        patience = (await dying.execute(text("SHOW idle_in_transaction_session_timeout"))).scalar_one()
        assert patience == "1min"  # So long the server waits for a machine that vanished without a word.
        assert await runner.run_due() == 0
    assert await runner.run_due() == 1
    assert done == [1]


async def test_a_task_scheduled_again_while_it_runs_runs_again(db: Database) -> None:
    clock, task_id = FixedClock(START), uuid7()
    runs: list[int] = []

    async def ask(task: Task) -> None:
        runs.append(task.attempts)
        if len(runs) == 1:
            await schedule(db, clock, task_id)

    await schedule(db, clock, task_id)
    runner = TaskRunner(db, {"ask": ask}, clock=clock)
    await runner.run_due()
    assert runs == [1, 1]
    assert await waiting(db) == 0


async def test_two_runners_share_and_nothing_runs_twice(db: Database) -> None:
    clock = FixedClock(START)
    done: list[UUID] = []

    async def ask(task: Task) -> None:
        done.append(task.id)

    for _ in range(30):
        await schedule(db, clock, uuid7())
    await asyncio.gather(*(TaskRunner(db, {"ask": ask}, clock=clock, places=3).run_due() for _ in range(3)))
    assert len(done) == len(set(done)) == 30


async def test_a_stopped_runner_lets_what_is_in_hand_finish(db: Database) -> None:
    clock, started, go, done = FixedClock(START), asyncio.Event(), asyncio.Event(), []

    async def ask(task: Task) -> None:
        started.set()
        await go.wait()
        done.append(task.id)

    await schedule(db, clock, uuid7())
    stop = asyncio.Event()
    running = asyncio.create_task(TaskRunner(db, {"ask": ask}, clock=clock).run(stop))
    await started.wait()
    stop.set()
    go.set()
    await running
    assert len(done) == 1
    assert await waiting(db) == 0

"""From an event appended in one service to its row in another service's database, on each bus; and rebuilds.

    make bench-projection                                    two to three minutes
    python benchmarks/projection.py --bus kafka --events 0   one bus, no rebuild

Payments decides on withdrawals in this process, with its relay beside it as in `serve`; reports consumes in a process
of its own and folds the lists it really has. A trigger on its list of withdrawals tells when a row can be seen.
Commands come at a fixed rate whether or not the last one was answered, and the time of each counts from when it was
due; what of it went by before the commit is told apart. The yardstick, at the same rate on the same server: one row
inserted, committed, heard of by LISTEN/NOTIFY.
"""

import argparse
import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from pitlocal import kafka, postgres

from chassis.collector import settle_collector
from chassis.db import Database, migrations
from chassis.db.engine import driver
from chassis.domain import SystemClock, uuid7
from chassis.logging import configure_logging
from chassis.runtime import Service, running
from chassis.settings import parse
from chassis.store import Context, rebuild
from common import ROOT, CpuMeter, Result, database, folder, percentile, report, say, server, settle, stopwatch
from contracts.payments.states import WithdrawalStatus as Status
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import ApproveWithdrawal, WithdrawalCommand
from payments.main import build
from payments.read_models.withdrawal_list import withdrawal_list
from payments.settings import Settings
from programs import program
from projection_history import CASINO, request, store

GOAL_MS = 250.0
REBUILD_GOAL = 50_000
BUSES = ("postgres", "kafka")
BASELINE_NAME = "p99 ms of insert, commit and LISTEN/NOTIFY"
WARM_UP_S = 10
"""A broker that was just started spends its first seconds compiling itself."""

LATEST_S = 60
_UNDER_WAY = 16
"""Commands at once; on a machine that cannot keep up the others wait, and their waiting counts."""

_APPROVED_AFTER = 50
"""Withdrawals requested in between before one is approved: a quarter of a second or more."""


class Watch:
    """When each thing was due, when it was committed, and when it could be seen in the other database."""

    def __init__(self) -> None:
        self.due: dict[str, float] = {}
        self.committed: dict[str, float] = {}
        self.seen_at: dict[str, float] = {}
        self._arrived = asyncio.Event()

    def seen(self, _connection: Any, _pid: int, _channel: str, what: object) -> None:
        """Called by the listening connection. Whoever sees a withdrawal approved sees that it was requested."""
        thing, _, status = str(what).partition(" ")
        for one in (f"{thing} {Status.AWAITING_APPROVAL}", str(what)) if status else (thing,):
            if one in self.due and one not in self.seen_at:
                self.seen_at[one] = stopwatch()
                self._arrived.set()

    async def all_seen(self, count: int) -> None:
        """Wait until so many were seen; RuntimeError when they are not in time."""
        deadline = stopwatch() + LATEST_S
        while len(self.seen_at) < count:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), max(deadline - stopwatch(), 0))
            except TimeoutError:
                raise RuntimeError(f"{count - len(self.seen_at)} of {count} were never seen") from None

    def figures(self, skip: int) -> dict[str, float]:
        """Percentiles in milliseconds, without those that were due first."""
        counted = list(self.due)[skip:]
        whole = [(self.seen_at[what] - self.due[what]) * 1000 for what in counted]
        append = [(self.committed[what] - self.due[what]) * 1000 for what in counted]
        after = [(self.seen_at[what] - self.committed[what]) * 1000 for what in counted]
        return {
            "p50_ms": round(percentile(whole, 0.5), 1),
            "p99_ms": round(percentile(whole, 0.99), 1),
            "max_ms": round(max(whole), 1),
            "committed_p50_ms": round(percentile(append, 0.5), 1),
            "committed_p99_ms": round(percentile(append, 0.99), 1),
            "after_commit_p50_ms": round(percentile(after, 0.5), 1),
            "after_commit_p99_ms": round(percentile(after, 0.99), 1),
        }


@asynccontextmanager
async def listening(url: str, channel: str, watch: Watch) -> AsyncIterator[None]:
    """Hear of everything that is told on a channel while the block lasts."""
    connection = await asyncpg.connect(url)
    try:
        listener: Any = watch.seen  # The stubs want an awaitable from it; asyncpg does not.
        await connection.add_listener(channel, listener)
        yield
    finally:
        await connection.close()


async def at_rate(per_s: float, count: int, do: Callable[[int, float], Coroutine[Any, Any, None]]) -> None:
    """Call `do(number, due)` so many times at a fixed rate, without waiting for one before the next."""
    began = stopwatch() + 0.1
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            due = began + number / per_s
            await asyncio.sleep(max(due - stopwatch(), 0))
            tasks.create_task(do(number, due))


async def baseline(url: str, per_s: float, seconds: float) -> dict[str, float]:
    """The bare round trip through the same server."""
    watch = Watch()
    async with asyncpg.create_pool(url, min_size=8, max_size=8) as pool, listening(url, "bare", watch):
        await pool.execute("CREATE TABLE IF NOT EXISTS bare (what text)")

        async def insert(number: int, due: float) -> None:
            what = str(number)
            watch.due[what] = due
            await pool.execute("WITH n AS (INSERT INTO bare VALUES ($1)) SELECT pg_notify('bare', $1)", what)
            watch.committed[what] = stopwatch()

        warm_up = int(per_s)
        count = warm_up + int(per_s * seconds)
        await at_rate(per_s, count, insert)
        await watch.all_seen(count)
    return watch.figures(warm_up)


class Withdrawals:
    """Players asking for money and staff approving it: every event a command and a transaction of its own."""

    def __init__(self, service: Service, watch: Watch) -> None:
        self._service = service
        self._watch = watch
        self._slots = asyncio.Semaphore(_UNDER_WAY)
        self._requested: list[tuple[UUID, asyncio.Event]] = []

    async def command(self, number: int, due: float) -> None:
        """By turns a withdrawal is requested and an earlier one is approved."""
        if number % 2 and len(self._requested) > _APPROVED_AFTER:
            withdrawal_id, requested = self._requested.pop(0)
            self._watch.due[f"{withdrawal_id} {Status.APPROVED}"] = due
            await requested.wait()
            await self._execute(
                withdrawal_id, ApproveWithdrawal(approver="somebody", now=datetime.now(UTC)), Status.APPROVED
            )
            return
        withdrawal_id, requested = uuid7(), asyncio.Event()
        self._requested.append((withdrawal_id, requested))
        self._watch.due[f"{withdrawal_id} {Status.AWAITING_APPROVAL}"] = due
        await self._execute(withdrawal_id, request(datetime.now(UTC), 100_00), Status.AWAITING_APPROVAL)
        requested.set()

    async def _execute(self, withdrawal_id: UUID, command: WithdrawalCommand, becomes: str) -> None:
        ctx = Context.system("benchmark", SystemClock(), casino_id=CASINO)
        async with self._slots:
            await self._service.application.execute(withdrawal, withdrawal_id, command, ctx)
        self._watch.committed[f"{withdrawal_id} {becomes}"] = stopwatch()


async def latency(on: postgres.Server, keys: dict[str, str], *, per_s: float, seconds: float) -> dict[str, Any]:
    """Percentiles of the whole way on one bus, and what an event costs its consumer in CPU."""
    async with AsyncExitStack() as stack:
        urls = {name: await stack.enter_async_context(database(on, f"bench_{name}")) for name in _DATABASES}
        for name in ("payments", "reports"):
            await migrations.upgrade(name, urls[name])
        await _tell_of_rows(urls["reports"])
        keys = {**keys, "BUS_DATABASE_URL": urls["bus"]}
        service = payments(keys, urls["payments"])
        stack.push_async_callback(service.db.close)
        watch = Watch()
        await stack.enter_async_context(listening(urls["reports"], "projected", watch))
        told = {**keys, "DATABASE_URL": urls["reports"]}
        _, process_id = await stack.enter_async_context(program("reports", told, role="worker"))
        await stack.enter_async_context(running(service, "relay"))
        withdrawals = Withdrawals(service, watch)
        await withdrawals.command(0, stopwatch())
        await watch.all_seen(1)
        await settle(urls["reports"])
        warm_up, count = int(per_s * WARM_UP_S), int(per_s * seconds)
        meter = CpuMeter({"reports": process_id})
        await at_rate(per_s, warm_up + count, withdrawals.command)
        await watch.all_seen(1 + warm_up + count)
        figures = {**watch.figures(1 + warm_up), "events": count, "cpu_us_per_event": meter.per_unit(warm_up + count)}
        await _check(urls["reports"], watch)
    return figures


_DATABASES = ("payments", "reports", "bus")


def payments(keys: dict[str, str], url: str) -> Service:
    """The real service, not served over HTTP."""
    environment: dict[str, Any] = {name.lower(): value for name, value in keys.items()}
    settings = parse(Settings, **{**environment, "database_url": url})
    configure_logging(settings, "benchmark")
    return build(settings)


async def _tell_of_rows(url: str) -> None:
    """Have PostgreSQL say when a withdrawal's row in reports is committed, and as what."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        """
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('projected', NEW.withdrawal_id || ' ' || NEW.status);
            RETURN NULL;
        END $$;
        CREATE TRIGGER tell AFTER INSERT OR UPDATE ON rm_withdrawal FOR EACH ROW EXECUTE FUNCTION tell()"""
    )
    await connection.close()


async def _check(url: str, watch: Watch) -> None:
    """What was seen is what is there: each withdrawal once, as it is now, and nothing was parked."""
    db = Database(url, application_name="benchmark")
    async with db.read() as connection:
        raw = await driver(connection)
        rows = await raw.fetch("SELECT withdrawal_id || ' ' || status AS what FROM rm_withdrawal")
        parked = await raw.fetchval("SELECT count(*) FROM parked_message")
    await db.close()
    approved = {what.split()[0] for what in watch.due if what.endswith(Status.APPROVED)}
    expected = {what for what in watch.due if what.endswith(Status.APPROVED) or what.split()[0] not in approved}
    assert {row["what"] for row in rows} == expected
    assert parked == 0


@contextmanager
def carrier(bus: str) -> Iterator[dict[str, str]]:
    """The settings of a bus; of Kafka a broker of its own, on fresh files."""
    if bus == "postgres":
        yield {"EVENT_BUS": "postgres"}
        return
    with folder() as fresh:
        broker = kafka.start(fresh / "kafka")
        try:
            yield {"EVENT_BUS": "kafka", "KAFKA_BOOTSTRAP": broker.bootstrap}
        finally:
            broker.stop()


async def rebuilding(on: postgres.Server, keys: dict[str, str], events: int) -> dict[str, Any]:
    """Events per second from payments' own log into its list of withdrawals; the best of three."""
    async with database(on, "bench_rebuild") as url:
        await migrations.upgrade("payments", url)
        service = payments({**keys, "BUS_DATABASE_URL": url}, url)  # It is needed and not used.
        told = await store(service.db, events)
        await settle(url)
        rates: list[float] = []
        for _ in range(3):
            began = stopwatch()
            done = await rebuild(service.db, withdrawal_list, service.application.log_of(withdrawal_list))
            rates.append(done.events / (stopwatch() - began))
            say(f"  {done.events:,} events rebuilt: {rates[-1]:,.0f}/s")
            assert done.events == told.events
        async with service.db.read() as connection:
            rows = await (await driver(connection)).fetchval("SELECT count(*) FROM rm_withdrawal_list")
        assert rows == told.withdrawals
        await service.db.close()
    return {"per_s": round(max(rates)), "all_per_s": [round(rate) for rate in rates], "events": told.events}


async def main(options: argparse.Namespace) -> None:
    """The whole benchmark."""
    keys = {
        "INTERNAL_KEY": secrets.token_urlsafe(32),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "SECURITY_URL": "http://127.0.0.1:1",
        "VERIFICATION_URL": "http://127.0.0.1:1",
        "FILES_URL": f"file://{ROOT / '.local' / 'files'}",
        "LOG_LEVEL": "WARNING",
    }
    settle_collector()
    measured: dict[str, Any] = {}
    bare: dict[str, dict[str, float]] = {}
    with server() as on:
        for bus in options.bus:
            async with database(on, "bench_bare") as url:
                bare[bus] = await baseline(url, options.rate, options.seconds / 2)
            say(f"  insert, commit, LISTEN/NOTIFY: {bare[bus]}")
            with carrier(bus) as settings:
                measured[bus] = await latency(on, {**keys, **settings}, per_s=options.rate, seconds=options.seconds)
            say(f"  {bus}: {measured[bus]}")
        if options.events:
            measured["rebuild"] = await rebuilding(on, keys, options.events)
    worst = max(options.bus, key=lambda bus: float(measured[bus]["p99_ms"]))
    report(
        Result(
            bench="projection",
            value=measured[worst]["p99_ms"],
            unit="ms",
            better="lower",
            goal=GOAL_MS,
            measured=measured,
            baseline=bare[worst]["p99_ms"],
            baseline_name=BASELINE_NAME,
            extra={"events_per_s": options.rate, "rebuild_goal_per_s": REBUILD_GOAL, "baselines": bare},
        )
    )


def arguments() -> argparse.ArgumentParser:
    """What can be chosen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bus", nargs="+", choices=BUSES, default=list(BUSES))
    parser.add_argument("--rate", type=float, default=200, help="events per second")
    parser.add_argument("--seconds", type=float, default=25, help="of each bus, after a warm-up")
    parser.add_argument("--events", type=int, default=300_000, help="to rebuild from; 0: leave the rebuild out")
    return parser


if __name__ == "__main__":
    uvloop.run(main(arguments().parse_args()))

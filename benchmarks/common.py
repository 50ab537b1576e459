"""What every benchmark shares: a server of its own, the baseline, and the one line that is printed and kept."""

import asyncio
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import asyncpg
import psutil
from pitlocal import postgres
from pitlocal.privileges import installed_package

ROOT = Path(__file__).resolve().parents[1]
LOCAL = ROOT / ".local"
RESULTS = Path(os.environ.get("BENCHMARK_RESULTS") or LOCAL / "benchmarks.jsonl")
"""One line per run, with the commit and the machine; ignored by git."""

TPCB_NAME = "pgbench TPC-B"
TPCB_SCALE = 20
TPCB_CLIENTS = 16
TPCB_SEVERAL = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a benchmark, as it is printed last.

    Attributes:
        value: the figure the goal is about; with a baseline, how many times the baseline.
        measured: whatever else was measured.
    """

    bench: str
    value: float
    unit: str
    better: Literal["higher", "lower"]
    goal: float
    measured: Any
    baseline: float | None = None
    baseline_name: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        """Whether the goal was reached."""
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def report(result: Result) -> None:
    """Keep the result and print it as the one JSON line that comes last."""
    line = {key: value for key, value in asdict(result).items() if value not in (None, {})}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("a") as kept:
        kept.write(json.dumps({**line, "commit": commit(), "machine": machine(), "at": now()}) + "\n")
    print(json.dumps(line), flush=True)


def commit() -> str:
    """The commit that was measured, with a plus sign when the tree was changed."""
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def ask(*arguments: str) -> str:
        answer = subprocess.run([git, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
        return answer.stdout.strip()

    return (ask("rev-parse", "--short", "HEAD") or "unknown") + ("+" if ask("status", "--porcelain") else "")


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    return {
        "system": platform.system(),
        "cpus": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def now() -> str:
    """The moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL with the settings of the demo, fsync on, on fresh files; or that of DATABASE_URL."""
    with folder() as fresh:
        started = postgres.start(fresh / "postgres")
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    LOCAL.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="benchmark-", dir=LOCAL))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@asynccontextmanager
async def database(on: postgres.Server, name: str, template: str = "template1") -> AsyncIterator[str]:
    """A new database, with what is in its template; its URL. Dropped at the end."""
    make = f'CREATE DATABASE "{name}" TEMPLATE "{template}"'
    await _admin(on, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', make)
    try:
        yield on.url_for(name)
    finally:
        await _admin(on, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _admin(on: postgres.Server, *statements: str) -> None:
    connection = await asyncpg.connect(on.superuser_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class TpcB:
    """pgbench's TPC-B: the yardstick for transactions per second on this machine, at this hour."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._environment = {
            **os.environ,
            "PGHOST": parts.hostname or "127.0.0.1",
            "PGPORT": str(parts.port or 5432),
            "PGUSER": unquote(parts.username or "postgres"),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": parts.path.lstrip("/"),
        }
        self._program = str(installed_package() / "pginstall" / "bin" / "pgbench")

    def prepare(self) -> None:
        """Make its tables."""
        self._run("-i", "-q", "-s", str(TPCB_SCALE))

    def best(self, seconds: int) -> tuple[float, int]:
        """The most transactions per second with 8, 16 or 32 clients, and with how many. A second is to warm up."""
        self.measure(1)
        return max((self.measure(seconds, clients), clients) for clients in TPCB_SEVERAL)

    def measure(self, seconds: int, clients: int = TPCB_CLIENTS) -> float:
        """Transactions per second with prepared statements."""
        out = self._run("-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds))
        found = re.search(r"^tps = ([0-9.]+)", out, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"pgbench said nothing about tps:\n{out}")
        return float(found.group(1))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._program, *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"pgbench failed:\n{done.stderr}")
        return done.stdout


async def settle(url: str) -> None:
    """Have everything before it written, so that one measurement does not pay for another."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    await asyncio.sleep(0)


class CpuMeter:
    """CPU time of processes by name: what a unit of work costs, whoever else uses the machine.

    Args:
        roots: name -> process id; the processes each has started count with it.
    """

    def __init__(self, roots: dict[str, int]) -> None:
        self._roots = roots
        self._before = self._read()

    def per_unit(self, units: int) -> dict[str, int]:
        """Microseconds of CPU per unit of work since the beginning, by name."""
        after = self._read()
        return {name: round((after[name] - self._before[name]) / max(units, 1) * 1e6) for name in after}

    def _read(self) -> dict[str, float]:
        return {name: sum(map(_cpu_seconds, _family(pid))) for name, pid in self._roots.items()}


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    # What a process has started and seen end counts with it: PostgreSQL's sessions come and go.
    return float(times.user + times.system + times.children_user + times.children_system)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0..1) of the sorted values lie.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    3.0
    """
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def stopwatch() -> float:
    """Seconds of a clock that only goes forward."""
    return time.perf_counter()

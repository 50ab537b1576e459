"""pytest plugin: one PostgreSQL and one Kafka broker per test run, started by the first test that asks.

All xdist workers share them; they end with the run, also when it is killed. DATABASE_URL (a superuser's) and
KAFKA_BOOTSTRAP, where set, name servers to use instead.
"""

import fcntl
import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pitlocal import postgres, processes
from pitlocal.paths import LOCAL

RUNS = LOCAL / "tests"
OWNER = "PITLOCAL_TEST_OWNER"
START_TIMEOUT_S = 180.0


def pytest_configure(config: pytest.Config) -> None:
    """The first process of the run owns its servers; xdist workers inherit its number."""
    if not hasattr(config, "workerinput"):
        os.environ[OWNER] = str(os.getpid())
        sweep()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End this run's servers and wait until they are gone."""
    if hasattr(config, "workerinput") or os.environ.get(OWNER) != str(os.getpid()):
        return
    for file in run_folder().glob("*.pid"):
        pid = int(file.read_text())
        try:
            psutil.Process(pid).terminate()
        except psutil.NoSuchProcess:
            continue
        processes.wait_gone(pid, 30)
    shutil.rmtree(run_folder(), ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector away from what a run loads before its first test: that lives as long as the run does,
    and looking through a million objects again and again would take a sixth of all its time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def postgres_server() -> postgres.Server:
    """The test run's PostgreSQL, with superuser rights. Databases are made by the tests, one or more per worker."""
    external = os.environ.get("DATABASE_URL")
    return postgres.Server(external or shared("postgres"))


@pytest.fixture(scope="session")
def kafka_bootstrap() -> str:
    """The address of the test run's Kafka broker. Tests use topics and groups with names of their own."""
    return os.environ.get("KAFKA_BOOTSTRAP") or shared("kafka")


def run_folder() -> Path:
    """Where the servers of this test run keep their data."""
    return RUNS / os.environ[OWNER]


def sweep() -> None:
    """Remove what test runs left that were killed together with their keepers."""
    for folder in RUNS.glob("*"):
        if folder.name.isdigit() and not psutil.pid_exists(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)


def shared(kind: str) -> str:
    """The address of this run's server of a kind; whoever asks first starts it, the others wait."""
    folder = run_folder() / kind
    folder.mkdir(parents=True, exist_ok=True)
    address = folder / "address"
    with (run_folder() / f"{kind}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            start_keeper(kind, folder, address)
    return address.read_text()


def start_keeper(kind: str, folder: Path, address: Path) -> None:
    """Start the keeper and wait for the server's address; its log tells what went wrong."""
    log = run_folder() / f"{kind}.log"
    with log.open("ab") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "pitlocal.keeper", os.environ[OWNER], kind, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (run_folder() / f"{kind}.pid").write_text(str(keeper.pid))
    deadline = time.monotonic() + START_TIMEOUT_S
    while not address.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            processes.stop(keeper)
            raise RuntimeError(f"the test run's {kind} did not start; the end of {log}:\n{processes.tail(log)}")
        time.sleep(0.05)
    # The keeper outlives this worker on purpose; without this, Popen would warn about it when it is collected.
    keeper.returncode = 0

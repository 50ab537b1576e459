"""The supervisor, with small programs in the place of the services."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import asyncpg
import psutil
import pytest
from pitlocal import processes
from pitlocal.children import ProgramDied
from pitlocal.privileges import discard
from pitlocal.services import Program
from pitlocal.stack import RunFolderInUse, Stack

PROGRAMS = Path(__file__).parent / "programs"
SETTINGS = {"*": {"PYTHONPATH": str(PROGRAMS)}}
DUMMY = Program(name="dummy")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all runs here, instead of the checkout's."""
    base = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pitlocal.services.LOCAL", base)
        yield base


@pytest.fixture
def run(base: Path) -> Iterator[str]:
    """The name of a run."""
    yield "other"
    discard(base / "other" / "postgres")


LINES: list[str] = []


@pytest.fixture(scope="module")
async def stack(base: Path) -> AsyncIterator[Stack]:
    """One stack for the tests that leave it running; what it tells goes to LINES."""
    async with Stack("shared", programs=[DUMMY], settings=SETTINGS, progress=LINES.append) as stack:
        yield stack
    discard(base / "shared" / "postgres")


async def get(stack: Stack, path: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(stack.url("dummy") + path) as answer:
        return await answer.text()


async def test_a_program_is_migrated_and_ready_and_survives_kills_of_itself_and_of_postgres(stack: Stack) -> None:
    assert await get(stack, "/rows") == "0"
    first = stack.pid("dummy")
    await stack.kill("dummy")
    assert stack.running() == ()
    await stack.start("dummy")
    assert stack.pid("dummy") != first
    await stack.kill("postgres")
    await stack.start("postgres")
    assert await get(stack, "/rows") == "0"
    await stack.stop("dummy")
    await stack.start("dummy")
    stack.check()
    assert LINES == ["PostgreSQL ...", "Databases ...", "Services: dummy ..."]
    assert stack.log("dummy").read_text().count("serving as all") == 3
    assert stack.log("dummy").read_text().count("asked to stop") == 1


async def test_roles_cannot_enter_each_others_databases(stack: Stack) -> None:
    password = stack.secrets.passwords["dummy"]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(stack.server.url_for("bus", user="dummy", password=password))
    assert (stack.folder / "secrets.json").stat().st_mode & 0o077 == 0


async def test_who_serves_owns_nothing_and_who_migrates_does(stack: Stack) -> None:
    assert "OWNER_DATABASE_URL" not in stack.environment("dummy")
    owner = await asyncpg.connect(stack.command_environment("dummy")["OWNER_DATABASE_URL"])
    assert (
        await owner.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'dummy'") == "dummy_owner"
    )
    await owner.close()
    serving = await asyncpg.connect(stack.database_url("dummy"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await serving.execute("CREATE TABLE mine ()")
    await serving.close()


async def test_a_command_gives_its_output_or_says_why_it_failed(stack: Stack) -> None:
    with pytest.raises(ProgramDied, match="dummy fail ended with status 1\nthis failed on purpose"):
        await stack.run("dummy", "fail")


async def test_one_more_program_knows_the_others_but_no_secret(stack: Stack) -> None:
    code = "import os, sys; sys.exit(f'{sorted(os.environ)}')"
    with pytest.raises(ProgramDied) as died:
        await stack.launch("simulator", [sys.executable, "-c", code])
    assert "DUMMY_URL" in str(died.value)
    assert "INTERNAL_KEY" not in str(died.value)
    assert "MASTER_KEY" not in str(died.value)
    stack._deaths.clear()


async def crash(run: str, progress: Callable[[str], None]) -> None:
    async with Stack(run, programs=[DUMMY], settings=SETTINGS, progress=progress) as stack:
        with pytest.raises(aiohttp.ClientError):
            await get(stack, "/crash")
        with pytest.raises(ProgramDied):
            await asyncio.wait_for(stack.wait_for_death(), 10)
        assert stack.running() == ()


async def test_a_death_is_told_with_the_end_of_the_log_and_fails_the_block(run: str) -> None:
    lines: list[str] = []
    with pytest.raises(ProgramDied, match=r"(?s)dummy ended with status 3.*something terrible happened"):
        await crash(run, lines.append)
    assert "something terrible happened" in lines[-1]


async def dies(stack: Stack) -> None:
    """Let it crash once it is ready, and wait until it was found dead."""
    deadline = time.monotonic() + 30
    while (answer := await attempt(stack, "/readyz")) != "ready":
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.05)
    before = stack.pid("dummy")
    await attempt(stack, "/crash")
    while stack.pid("dummy") in (before, None) and not stack._death.is_set():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def attempt(stack: Stack, path: str) -> str:
    try:
        return await get(stack, path)
    except aiohttp.ClientError as error:
        return repr(error)


async def revived_twice(run: str, progress: Callable[[str], None]) -> None:
    async with Stack(run, programs=[DUMMY], settings=SETTINGS, revive=True, progress=progress) as stack:
        await dies(stack)
        await dies(stack)
        stack.check()
        assert stack.running() == ("dummy",)
        await dies(stack)
        await asyncio.wait_for(stack.wait_for_death(), 10)


async def test_what_dies_is_told_and_started_again_but_not_for_ever(run: str) -> None:
    lines: list[str] = []
    with pytest.raises(ProgramDied, match="dummy ended with status 3"):
        await revived_twice(run, lines.append)
    told = [line.splitlines()[0] for line in lines if line.startswith("dummy")]
    assert told == ["dummy ended with status 3", "dummy is started again ..."] * 2 + ["dummy ended with status 3"]
    assert "something terrible happened" in lines[-1]


async def test_a_split_program_runs_as_three_processes_of_which_one_can_be_killed(run: str) -> None:
    async with Stack(run, programs=[DUMMY], settings=SETTINGS, split={"dummy"}) as stack:
        assert stack.running() == ("dummy", "dummy.worker", "dummy.relay")
        await stack.kill("dummy.relay")
        assert stack.running() == ("dummy", "dummy.worker")
        await stack.start("dummy.relay")
        assert "serving as relay" in stack.log("dummy.relay").read_text()


async def test_a_run_goes_on_with_its_data_when_asked_and_belongs_to_one_process(run: str) -> None:
    async with Stack(run, programs=[DUMMY], settings=SETTINGS) as first:
        key = first.secrets.master_key
        with pytest.raises(RunFolderInUse):
            await Stack(run, programs=[DUMMY]).__aenter__()
    with pytest.raises(ProgramDied, match='relation "migrated" already exists'):
        await Stack(run, programs=[DUMMY], settings=SETTINGS, fresh=False).__aenter__()
    async with Stack(run, programs=[], fresh=False) as second:
        assert second.secrets.master_key == key


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
import pitlocal.services
pitlocal.services.LOCAL = Path(sys.argv[1])
from pitlocal.stack import Stack
async def main():
    programs, settings = [pitlocal.services.Program(name="dummy")], {"*": {"PYTHONPATH": sys.argv[2]}}
    async with Stack("killed", programs=programs, settings=settings) as stack:
        print(stack.pid("dummy"), stack.server.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    command = [sys.executable, "-c", SUPERVISOR, str(tmp_path), str(PROGRAMS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        supervisor.send_signal(signal.SIGKILL)
    for pid in pids:
        assert processes.wait_gone(pid, 20)
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    discard(tmp_path / "killed" / "postgres")

"""The demo's frame: exit statuses, Ctrl-C, deaths; and the same in the background."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import psutil
import pytest
from pitlocal.demo import Scenario, perform
from pitlocal.privileges import discard
from pitlocal.services import Program
from pitlocal.stack import Stack

SETTINGS = {"*": {"PYTHONPATH": str(Path(__file__).parent / "programs")}}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stack]:
    monkeypatch.setattr("pitlocal.services.LOCAL", tmp_path)
    stack = Stack("demo", programs=[Program(name="dummy")], settings=SETTINGS)
    yield stack
    discard(tmp_path / "demo" / "postgres")


async def play(stack: Stack, scenario: Scenario) -> int:
    status = await perform(scenario, stack, once=True, ready=lambda: None)
    assert stack.running() == ()
    return status


async def test_the_scenarios_status_is_the_demos(stack: Stack) -> None:
    async def ends(stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]) -> int:
        assert once
        assert stack.running() == ("dummy",)
        return 7

    assert await play(stack, ends) == 7


async def test_sigterm_cancels_the_scenario_and_stops_everything(stack: Stack) -> None:
    async def waits(stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return 0

    assert await play(stack, waits) == 130


async def test_a_death_ends_the_demo_with_the_reason(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    async def crashes(stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]) -> int:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.get(stack.url("dummy") + "/crash")
        await asyncio.Event().wait()
        return 0

    assert await play(stack, crashes) == 1
    assert "something terrible happened" in capsys.readouterr().err


def test_the_background_run_starts_answers_commands_and_stops(tmp_path: Path) -> None:
    environment = {**os.environ, "PITBOSS_LOCAL": str(tmp_path)}

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    started = python("pitlocal.background", "up", "--only", "")
    assert started.returncode == 0, started.stdout + started.stderr
    assert "PostgreSQL ..." in started.stdout
    pid = int((tmp_path / "up.pid").read_text())
    assert "Already running" in python("pitlocal.background", "up").stdout
    assert "SERVICE is missing" in python("pitlocal.command", "rebuild", "withdrawal_list").stderr
    assert "There is no 'payments'" in python("pitlocal.command", "payments", "migrate").stderr
    assert python("pitlocal.background", "down").stdout == "Stopped.\n"
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert "Nothing is running" in python("pitlocal.background", "down").stdout
    assert "Nothing is running" in python("pitlocal.command", "payments", "migrate").stderr
    discard(tmp_path / "up" / "postgres")

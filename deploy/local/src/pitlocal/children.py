"""The programs of a stack as child processes: start, readiness, kill, and a report when one dies unasked."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import aiohttp

from pitlocal import processes

READY_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 20.0
MOST_DEATHS = 3
WITHIN_S = 60.0


class ProgramDied(Exception):
    """A program ended although nobody asked it to, or did not become ready. The message has the end of its log."""


class Child:
    """One program of the stack, running or not; the same port, log and environment at every start.

    Attributes:
        name: what logs and messages call it, as `payments` or `payments.worker`.
        url: where it listens.
        log: its log file, appended to at every start.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], port: int, log: Path, ready: str
    ) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self._command = list(command)
        self._environment = dict(environment)
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id; None while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def died(self) -> bool:
        """Did it end although nobody stopped or killed it? False again once `obituary` was asked for."""
        return self._process is not None and self._process.poll() is not None

    def launch(self) -> None:
        """Start the process without waiting. Running: no effect."""
        if self.pid is None:
            self._process = processes.spawn(self._command, environment=self._environment, log=self.log)

    async def wait_ready(self, session: aiohttp.ClientSession, check: Callable[[], None]) -> None:
        """Poll its readiness address until it says 200.

        Args:
            session: client for the polling.
            check: called between two polls; raises when waiting has become pointless.
        Raises:
            ProgramDied: the time ran out.
        """
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not await self._is_ready(session):
            check()
            if time.monotonic() > deadline:
                raise ProgramDied(f"{self.name} is not ready after {READY_TIMEOUT_S:.0f} s\n{self._log_end()}")
            await asyncio.sleep(0.05)

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(self.url + self._ready) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def kill(self) -> None:
        """SIGKILL to it and its descendants; nothing is reported, the caller wanted it."""
        process = self.forget()
        if process is not None:
            processes.kill_tree(process)

    def obituary(self) -> str:
        """How it ended, with the end of its log."""
        process = self.forget()
        code = process.returncode if process else None
        how = f"by {signal.Signals(-code).name}" if code is not None and code < 0 else f"with status {code}"
        return f"{self.name} ended {how}\n{self._log_end()}"

    def forget(self) -> subprocess.Popen[bytes] | None:
        """Hand the process over to whoever ends it, so that its end is no surprise any more."""
        process, self._process = self._process, None
        return process

    def _log_end(self) -> str:
        return f"The end of {self.log}:\n{processes.tail(self.log, 30)}"


class Patience:
    """Whether a program that dies again and again is worth another start: not at its third death within a minute."""

    def __init__(self) -> None:
        self._deaths: dict[str, list[float]] = {}

    def ends(self, name: str, now: float) -> bool:
        """Note a death at `now` (seconds of a clock that only goes on); whether it was one too many.

        >>> patience = Patience()
        >>> [patience.ends("payments", at) for at in (0.0, 30.0, 61.0, 80.0)]
        [False, False, False, True]
        """
        recent = [death for death in self._deaths.get(name, ()) if now - death < WITHIN_S]
        self._deaths[name] = [*recent, now]
        return len(self._deaths[name]) >= MOST_DEATHS


async def stop_all(children: Iterable[Child]) -> list[str]:
    """SIGTERM to all at once, SIGKILL to those that have not drained in time; the names of those."""
    stopping = [(child.name, process) for child in children if (process := child.forget()) and process.poll() is None]
    for _, process in stopping:
        process.terminate()
    # Only waited for: a second signal would tell them to leave everything as it lies.
    waits = (asyncio.to_thread(processes.wait_or_kill, process, patience_s=STOP_TIMEOUT_S) for _, process in stopping)
    drained = await asyncio.gather(*waits)
    return [name for (name, _), in_time in zip(stopping, drained, strict=True) if not in_time]

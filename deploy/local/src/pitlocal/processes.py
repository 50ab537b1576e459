"""Child processes that die with their parent, write to a log file and are stopped by pid."""

import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from pitlocal import launch

_PORTS = range(15_000, 32_000)
"""Below those that connections are made from (Linux: from 32768 on): nobody gets one of these by chance meanwhile."""

_TRIES = 1_000


def free_port() -> int:
    """A TCP port on the loopback interface that nobody listens on, and that is given to no other process until this one
    ends.
    """
    folder = Path(tempfile.gettempdir()) / f"pitboss-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for _ in range(_TRIES):
        port = random.choice(_PORTS)
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)  # It ends with the process.
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            os.close(lock)
            continue
        return port
    raise RuntimeError(f"no port from {_PORTS.start} to {_PORTS.stop - 1} was free")


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    user: tuple[int, int] | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, its output appended to `log`.

    Call it from a thread that lives as long as the program should: the kernel sends `death_signal` when the calling
    *thread* ends.

    Args:
        command: program (found on PATH) and arguments.
        log: file that gets stdout and stderr; its folder must exist.
        environment: the whole environment; None inherits.
        folder: working directory; None inherits.
        user: uid and gid to become; None stays.
        death_signal: what the program gets when its parent dies.
    """
    uid, gid = user or (-1, -1)
    prefix = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM, patience_s: float = 15) -> bool:
    """End a process: `first`, then SIGKILL to it and its descendants once the patience is over. Ended: no effect.

    Returns:
        False when it had to be killed.
    """
    if process.poll() is None:
        process.send_signal(first)
    return wait_or_kill(process, patience_s=patience_s)


def wait_or_kill(process: subprocess.Popen[bytes], *, patience_s: float) -> bool:
    """Wait for the end of a process that was told to end; SIGKILL to it and its descendants when it is late.

    Returns:
        False when it had to be killed.
    """
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        kill_tree(process)
        return False
    return True


def take_lock(path: Path) -> IO[bytes] | None:
    """Hold a lock file until the result is closed or this process ends, however it ends; None: somebody else has it."""
    lock = path.open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and all its descendants, as a failing machine would, and wait until all are gone."""
    family: list[psutil.Process] = []
    try:
        parent = psutil.Process(process.pid)
        family = parent.children(recursive=True)
    except psutil.NoSuchProcess:
        pass
    if process.poll() is None:
        process.kill()
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()
    for member in family:
        wait_gone(member.pid, 10)


def wait_gone(pid: int, timeout_s: float) -> bool:
    """Poll until no process has this pid (or it is a zombie of somebody else's); False when the time ran out."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file; empty when there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

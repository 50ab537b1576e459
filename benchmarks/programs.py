"""Services as they run in production, each in a process of its own, for benchmarks that measure across processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import Literal

import httpx
from pitlocal.processes import free_port

from common import say, stopwatch

START_TIMEOUT_S = 90


@asynccontextmanager
async def program(
    name: str,
    environment: Mapping[str, str],
    *,
    role: Literal["api", "worker", "relay", "all"] | None = "all",
    command: Sequence[str] = (),
) -> AsyncIterator[tuple[str, int]]:
    """Run a service while the block lasts; yields its `host:port` and process id once it is ready.

    What it said is shown when it fails. `role` is None for the gateway, which has none; `command` is another way to
    start the same.
    """
    port = free_port()
    told = {
        **environment,
        "PORT": str(port),
        "PYTHONSAFEPATH": "1",
        "PATH": os.environ["PATH"],
    }
    with TemporaryFile() as output:
        roles = () if role is None else ("--role", role)
        line = command or (sys.executable, "-m", name, "serve", *roles)
        process = await asyncio.create_subprocess_exec(*line, env=told, stdout=output, stderr=output)
        try:
            await _ready(f"http://127.0.0.1:{port}/readyz", process)
            yield f"127.0.0.1:{port}", process.pid
        except BaseException:
            output.seek(0)
            say(output.read()[-4000:].decode(errors="replace"))
            raise
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = stopwatch() + START_TIMEOUT_S
    async with httpx.AsyncClient() as client:
        while stopwatch() < deadline:
            if process.returncode is not None:
                raise RuntimeError(f"it ended with status {process.returncode}")
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise RuntimeError(f"{url} never answered")

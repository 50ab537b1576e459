"""Readiness, the graceful end, and the description of the API."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pitlocal.processes import free_port

from chassis.auth import Caller, Public, Requires
from chassis.http import create_service
from chassis.http.drain import Drain
from chassis.settings import HttpSettings
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.tokens import test_verifier

from . import example
from .example import EDIT, PERMISSIONS, VIEW


async def test_readiness_shows_each_dependency_by_itself() -> None:
    async def well() -> None: ...

    async def ill() -> None:
        raise ConnectionError("postgresql://payments:hunter2@db refused")

    app = create_service(
        "example",
        settings=make_settings(HttpSettings),
        readiness={"database": ill, "bus": well},
        verifier=test_verifier(),
    )
    async with started(app) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {
            "status": "unready",
            "checks": {"database": {"ok": False, "error": "ConnectionError"}, "bus": {"ok": True}},
        }
        assert (await client.get("/healthz")).status_code == 200, "alive although a dependency is not"


async def test_a_dependency_that_hangs_is_ill(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asleep() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("chassis.http.health._PATIENCE_S", 0.01)
    app = create_service(
        "example", settings=make_settings(HttpSettings), readiness={"bus": asleep}, verifier=test_verifier()
    )
    async with started(app) as client:
        assert (await client.get("/readyz")).json()["checks"] == {"bus": {"ok": False, "error": "timeout"}}


async def test_draining_fails_readiness_and_still_serves() -> None:
    release = asyncio.Event()
    router = APIRouter(dependencies=[Public("a test")])

    @router.get("/slow")
    async def slow() -> str:
        await release.wait()
        return "done"

    app = create_service("example", settings=make_settings(HttpSettings), routers=[router], verifier=test_verifier())
    drain: Drain = app.state.drain
    async with started(app) as client:
        slow_answer = asyncio.create_task(client.get("/slow"))
        while drain.in_flight == 0:
            await asyncio.sleep(0)
        drain.begin()
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "draining")
        assert answer.headers["connection"] == "close"
        assert not await drain.wait(0.01)
        release.set()
        assert (await slow_answer).json() == "done"
        assert await drain.wait(1)


async def test_readiness_fails_before_anything_is_closed() -> None:
    seen: list[bool] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        seen.append(app.state.drain.draining)

    app = create_service("example", settings=make_settings(HttpSettings), lifespan=lifespan, verifier=test_verifier())
    async with started(app):
        assert not app.state.drain.draining
    assert seen == [True]


def description() -> dict[str, Any]:
    app = create_service(
        "example",
        settings=make_settings(HttpSettings),
        version="2.1.0",
        routers=[example.router, example.internal],
        permissions=PERMISSIONS,
        verifier=test_verifier(),
    )
    document: dict[str, Any] = app.openapi()
    return document


def test_the_description_says_what_each_operation_asks_for() -> None:
    document = description()
    assert document["info"] == {"title": "example", "version": "2.1.0"}
    create = document["paths"]["/api/example/v1/things"]["post"]
    assert create["operationId"] == "create_thing"
    assert (create["x-permission"], create["x-risk"]) == (EDIT, "high")
    assert create["security"] == [{"accessToken": []}]
    for status in ("401", "403", "404", "409", "413", "415", "422", "429"):
        schema = create["responses"][status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    registration = document["paths"]["/api/example/v1/registrations"]["post"]
    assert registration["security"] == []
    assert registration["x-access"] == "public: registration makes the account"
    assert {"401", "403"} & set(registration["responses"]) == {"401"}, "what the body brings as proof may be refused"
    assert "413" not in document["paths"]["/api/example/v1/me"]["get"]["responses"]
    assert document["paths"]["/internal/v1/things"]["get"]["security"] == [{"serviceToken": []}]
    assert set(document["components"]["schemas"]["Problem"]["required"]) == {
        "type",
        "title",
        "status",
        "code",
        "detail",
    }
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_reference_in_the_description_leads_somewhere() -> None:
    document = description()
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])


def test_the_description_leaves_out_what_operators_use() -> None:
    assert not {"/healthz", "/readyz", "/metrics", "/openapi.json"} & set(description()["paths"])


async def test_the_description_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json()["info"]["title"] == "example"


def test_two_operations_of_one_name_stop_the_start() -> None:
    router = APIRouter()

    @router.get("/a")
    async def read(caller: Annotated[Caller, Requires(VIEW)]) -> None: ...

    @router.get("/b", name="read")
    async def read_b(caller: Annotated[Caller, Requires(VIEW)]) -> None: ...

    with pytest.raises(ValueError, match="both named read"):
        create_service(
            "example",
            settings=make_settings(HttpSettings),
            routers=[router],
            permissions=PERMISSIONS,
            verifier=test_verifier(),
        )


SERVER = Path(__file__).with_name("slow_server.py")


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


@pytest.fixture
def slow_server() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server in a process of its own, and its port."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, str(SERVER)],
        env={**os.environ, "TEST_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            wait_until_ready(port, process)
            yield port, process
        finally:
            process.kill()


async def test_a_terminated_process_finishes_what_it_began_and_ends_well(
    slow_server: tuple[int, subprocess.Popen[str]],
) -> None:
    port, process = slow_server
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.get("/readyz")
        assert "server" not in answer.headers
        slow = asyncio.create_task(client.get("/slow"))
        while (await client.get("/begun")).json() == 0:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        while (await client.get("/readyz")).status_code == 200:
            await asyncio.sleep(0.01)
        assert (await slow).json() == "done"
    said, _ = await asyncio.to_thread(process.communicate, timeout=20)
    assert process.returncode == 0
    assert said.endswith("closed\n")
    assert "Traceback" not in said


async def test_a_second_signal_waits_for_nothing_and_closes_everything_without_an_error(
    slow_server: tuple[int, subprocess.Popen[str]],
) -> None:
    port, process = slow_server
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        endless = asyncio.create_task(client.get("/endless"))
        while (await client.get("/begun")).json() == 0:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        while (await client.get("/readyz")).status_code == 200:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        said, _ = await asyncio.to_thread(process.communicate, timeout=10)
        await asyncio.gather(endless, return_exceptions=True)
    assert process.returncode == 0
    assert "closed\n" in said
    assert "Traceback" not in said

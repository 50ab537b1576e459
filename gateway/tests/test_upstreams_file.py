"""Where services are changes while requests run: none is dropped, and a file that makes no sense changes nothing."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from chassis.testing.tokens import bearer, make_token
from gateway.upstreams import Upstreams

from .conftest import Scripted, Upstream, talking

ROUNDS = "/api/games/v1/rounds"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def write(file: Path, told: object) -> None:
    """As a deployment does: the file is there whole or not at all."""
    fresh = file.with_suffix(".new")
    fresh.write_text(told if isinstance(told, str) else json.dumps(told))
    fresh.replace(file)


async def test_a_service_moves_while_requests_run_and_none_is_dropped(upstream: Upstream, tmp_path: Path) -> None:
    file, go_on, arrived = tmp_path / "upstreams.json", asyncio.Event(), asyncio.Semaphore(0)

    async def old_place(head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"slowly" in head:
            arrived.release()
            await go_on.wait()
        writer.write(ANSWER)
        await writer.drain()

    async with Scripted(old_place).listening() as old:
        write(file, {"games": [old.url]})
        async with talking(upstream.url, upstreams_file=file, requests_per_second_per_session=100_000) as client:
            client.headers.update(bearer(make_token()))
            slow = [asyncio.create_task(client.get(f"{ROUNDS}?slowly")) for _ in range(3)]
            for _ in slow:
                await arrived.acquire()
            write(file, {"games": [upstream.url]})
            deadline = time.monotonic() + 20
            while not upstream.seen:
                assert time.monotonic() < deadline
                assert (await client.get(ROUNDS)).status_code == 200
            before = len(old.heads)
            assert [(await client.get(ROUNDS)).status_code for _ in range(10)] == [200] * 10
            assert len(old.heads) == before, "nobody is sent to the old place any more"
            go_on.set()
            assert [answer.status_code for answer in await asyncio.gather(*slow)] == [200] * 3


def places(upstreams: Upstreams) -> dict[str, list[str]]:
    return {name: [one.url for one in upstreams[name].instances] for name in ("games", "payments")}


NONSENSE = [
    "",
    "{",
    "[]",
    '{"games": []}',
    '{"games": "http://a:1"}',
    '{"games": ["ftp://a:1"]}',
    '{"nothing": ["http://a:1"]}',
    '{"games": ["http://a:1"], "payments": [null]}',
]


@pytest.mark.parametrize("told", NONSENSE)
def test_a_file_that_makes_no_sense_changes_nothing(tmp_path: Path, told: str) -> None:
    file = tmp_path / "upstreams.json"
    upstreams = Upstreams({"games": "http://g:1", "payments": "http://p:1"}, most=1, file=file)
    write(file, {"games": ["http://a:1", "http://b:1", "http://a:1"]})
    assert upstreams.read()
    known = places(upstreams)
    assert known == {"games": ["http://a:1", "http://b:1"], "payments": ["http://p:1"]}
    write(file, told)
    assert not upstreams.read()
    assert places(upstreams) == known


def test_a_file_that_is_gone_changes_nothing_and_an_instance_that_stays_keeps_its_breaker(tmp_path: Path) -> None:
    file = tmp_path / "upstreams.json"
    upstreams = Upstreams({"games": "http://g:1"}, most=1, file=file)
    write(file, {"games": ["http://a:1", "http://b:1"]})
    assert upstreams.read()
    kept = upstreams["games"].instances[1]
    file.unlink()
    assert not upstreams.read()
    write(file, {"games": ["http://b:1", "http://c:1"]})
    assert upstreams.read()
    assert upstreams["games"].instances[0] is kept

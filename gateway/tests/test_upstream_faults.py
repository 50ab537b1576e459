"""Services that misbehave, byte by byte: what a client gets is whole, or plainly not."""

import asyncio
import gzip
import json
import struct
from socket import SO_LINGER, SOL_SOCKET
from uuid import uuid4

import httpx
import pytest

from chassis.testing.tokens import bearer, make_token

from .conftest import Scripted, Upstream, answering, gateway_before, talking

ROUNDS = "/api/games/v1/rounds"
DEPOSITS = "/api/payments/v1/deposits"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def raw(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(-1), 10)
    finally:
        writer.close()


def get(path: str = ROUNDS, **headers: str) -> bytes:
    told = {"Host": "127.0.0.1", "Connection": "close", **bearer(make_token()), **headers}
    return "\r\n".join([f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]).encode()


async def reset(head: bytes, writer: asyncio.StreamWriter) -> None:
    """Half an answer in chunks, and then a reset."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def test_a_reset_in_the_middle_is_never_a_clean_end() -> None:
    async with Scripted(reset).listening() as service, gateway_before(service.url) as port:
        answer = await raw(port, get())
    assert answer.startswith(b"HTTP/1.1 200") is (b"hello" in answer)
    assert not answer.endswith(b"0\r\n\r\n")


HALVES = {
    "a length that is too long": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "a chunk that is missing": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "a chunk that is cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
}


@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES.keys())
async def test_half_an_answer_is_not_whole_for_the_client(sent: bytes) -> None:
    async with Scripted(answering(sent, then_close=True)).listening() as service, talking(service.url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(ROUNDS, headers=bearer(make_token()))


UNUSABLE = {
    "nothing at all": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nok\r\n0\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a length in words": b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "a header that is huge": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\nContent-Length: 2\r\n\r\nok",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 50_000,
    "a status without a meaning": b"HTTP/1.1 999 Strange\r\nContent-Length: 2\r\n\r\nok",
    "a NUL in a header": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\nok",
}


@pytest.mark.parametrize("sent", UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_an_answer_that_makes_no_sense_is_said_to_make_none(sent: bytes) -> None:
    async with Scripted(answering(sent, then_close=True)).listening() as service, talking(service.url) as client:
        answer = await client.post(DEPOSITS, json={}, headers=bearer(make_token()))
    assert (answer.status_code, answer.json()["code"]) == (502, "service_failed")


async def test_what_comes_before_an_answer_is_not_passed_on() -> None:
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    async with Scripted(answering(hints + OK)).listening() as service, gateway_before(service.url) as port:
        answer = await raw(port, get())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Early Hints" not in answer


async def test_what_is_packed_stays_packed() -> None:
    bomb = gzip.compress(b"\x00" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    async with Scripted(answering(head + bomb)).listening() as service, gateway_before(service.url) as port:
        answer = await raw(port, get())
    assert answer.partition(b"\r\n\r\n")[2] == bomb
    assert b"content-encoding: gzip" in answer.lower()


async def test_cookies_of_one_are_never_sent_for_another() -> None:
    setting = b"HTTP/1.1 200 OK\r\nSet-Cookie: who=first; Path=/\r\nContent-Length: 2\r\n\r\nok"
    async with Scripted(answering(setting)).listening() as service, talking(service.url) as client:
        first = await client.get(ROUNDS, headers=bearer(make_token()))
        client.cookies.clear()
        await client.get(ROUNDS, headers=bearer(make_token()))
    assert "set-cookie" not in first.headers, "only security sets cookies"
    assert len(service.heads) == 2
    assert not any(b"cookie" in head.lower() for head in service.heads)


async def test_security_may_set_cookies() -> None:
    setting = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok"
    async with Scripted(answering(setting)).listening() as service, talking(service.url) as client:
        answer = await client.post("/api/security/v1/staff-sessions", json={})
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


HOP = (
    b"HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nServer: inside\r\n"
    b"X-Powered-By: inside\r\nVia: inside\r\nX-Internal-Host: inside\r\nProxy-Authenticate: inside\r\n"
    b"Access-Control-Allow-Origin: *\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nok"
)


async def test_hop_by_hop_headers_and_those_of_the_inside_end_here() -> None:
    async with Scripted(answering(HOP)).listening() as service, talking(service.url) as client:
        answer = await client.get(ROUNDS, headers=bearer(make_token()))
    assert answer.headers["x-kept"] == "1"
    assert "inside" not in str(answer.headers)
    assert not {"x-hop", "keep-alive", "access-control-allow-origin"} & set(answer.headers)


async def test_a_connection_that_was_closed_meanwhile_costs_a_reader_nothing() -> None:
    asked = 0

    async def every_second(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked % 2:
            writer.write(OK)
            await writer.drain()
        else:
            writer.close()

    async with Scripted(every_second).listening() as service, talking(service.url) as client:
        answers = [await client.get(ROUNDS, headers=bearer(make_token())) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5


async def hang_up(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_what_may_be_repeated_is_asked_twice_and_no_more() -> None:
    token, key = bearer(make_token()), {"Idempotency-Key": str(uuid4())}
    asked: dict[str, int] = {}
    async with Scripted(hang_up).listening() as service, talking(service.url) as client:
        for name, request in {
            "read": client.build_request("GET", ROUNDS, headers=token),
            "head": client.build_request("HEAD", ROUNDS, headers=token),
            "post": client.build_request("POST", DEPOSITS, headers=token, json={}),
            "post with its key": client.build_request("POST", DEPOSITS, headers={**token, **key}, json={}),
            "put": client.build_request(
                "PUT", f"/api/backoffice/v1/players/{uuid4()}/deposit-limits", headers=token, json={}
            ),
            "delete": client.build_request("DELETE", "/api/security/v1/staff-sessions/current", headers=token),
            "a key nobody asks for": client.build_request(
                "DELETE", "/api/security/v1/staff-sessions/current", headers={**token, **key}
            ),
        }.items():
            before = len(service.heads)
            assert (await client.send(request)).status_code == 502, name
            asked[name] = len(service.heads) - before
    assert asked == {
        "read": 2,
        "head": 2,
        "post": 1,
        "post with its key": 2,
        "put": 1,
        "delete": 1,
        "a key nobody asks for": 1,
    }


async def test_a_kept_connection_that_turns_out_closed_does_not_repeat_what_may_not_be() -> None:
    asked = 0

    async def second_hangs_up(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            writer.write(OK)
            await writer.drain()
        else:
            writer.close()

    async with Scripted(second_hangs_up).listening() as service, talking(service.url) as client:
        token, path = bearer(make_token()), "/api/security/v1/staff-sessions/current"
        first, second = [await client.delete(path, headers=token) for _ in range(2)]
    assert (first.status_code, second.status_code, len(service.heads)) == (200, 502, 2)


async def test_repetitions_end_with_their_budget() -> None:
    async with Scripted(hang_up).listening() as service:
        async with talking(
            service.url, requests_per_second_per_ip=10_000, requests_per_second_per_session=10_000
        ) as client:
            for _ in range(19):
                await client.get(ROUNDS, headers=bearer(make_token()))
    assert 20 <= len(service.heads) <= 19 + 12


async def test_a_service_that_fails_is_left_alone_and_asked_again_when_it_is_well(upstream: Upstream) -> None:
    async with talking("http://127.0.0.1:1", games_url=upstream.url) as client:
        token = bearer(make_token())
        failed = [await client.get("/api/payments/v1/deposits", headers=token) for _ in range(25)]
        assert {answer.status_code for answer in failed} == {503}
        assert "left alone" in failed[-1].json()["detail"]
        assert 1 <= int(failed[-1].headers["retry-after"]) <= 5
        assert (await client.get(ROUNDS, headers=token)).status_code == 200, "the others are asked as ever"


async def test_one_service_that_hangs_holds_its_share_and_no_more(upstream: Upstream) -> None:
    async def hang(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.get_running_loop().create_future()

    async with Scripted(hang).listening() as service:
        async with talking(service.url, games_url=upstream.url, upstream_in_flight=3, upstream_timeout_s=2) as client:
            token = bearer(make_token())
            waiting = [asyncio.create_task(client.post(DEPOSITS, json={}, headers=token)) for _ in range(3)]
            while len(service.heads) < 3:
                await asyncio.sleep(0.01)
            more = await client.post(DEPOSITS, json={}, headers=token)
            assert (more.status_code, more.json()["code"], more.headers["retry-after"]) == (
                503,
                "service_unavailable",
                "1",
            )
            assert (await client.get(ROUNDS, headers=token)).status_code == 200
            assert [(await one).status_code for one in waiting] == [504] * 3
            assert len(service.heads) == 3


async def test_services_are_told_how_long_somebody_waits(upstream: Upstream) -> None:
    async with talking(upstream.url, upstream_timeout_s=7) as client:
        token = bearer(make_token())
        for headers in ({}, {"X-Deadline-Ms": "900"}, {"X-Deadline-Ms": "99999999"}):
            assert (await client.get(ROUNDS, headers={**token, **headers})).status_code == 200
    usual, hurry, ages = (int(dict(seen["headers"])["x-deadline-ms"]) for seen in upstream.seen)
    assert 900 < usual <= 7000
    assert 0 < hurry <= 900
    assert 900 < ages <= 7000


@pytest.mark.parametrize("given", ["0", "-1"])
async def test_what_comes_too_late_is_not_begun(upstream: Upstream, given: str) -> None:
    async with talking(upstream.url) as client:
        answer = await client.get(ROUNDS, headers={**bearer(make_token()), "X-Deadline-Ms": given})
    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_exceeded")
    assert upstream.seen == []


@pytest.mark.parametrize("given", ["", "soon", "1.5", "1e3", "0x10", "٣", "1" * 10])
async def test_a_deadline_that_is_no_number_is_refused(upstream: Upstream, given: str) -> None:
    async with talking(upstream.url) as client:
        headers = {**bearer(make_token()), "X-Deadline-Ms": given.encode()}
        answer = await client.get(ROUNDS, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_header")
    assert upstream.seen == []


async def test_those_in_a_hurry_say_nothing_about_a_service() -> None:
    """Otherwise one client could have every service left alone, by waiting for nothing."""
    patient = asyncio.Event()

    async def slow(head: bytes, writer: asyncio.StreamWriter) -> None:
        await patient.wait()
        writer.write(OK)
        await writer.drain()

    async with Scripted(slow).listening() as service, talking(service.url) as client:
        token = bearer(make_token())
        for _ in range(25):
            answer = await client.get(ROUNDS, headers={**token, "X-Deadline-Ms": "5"})
            assert answer.status_code == 504
        patient.set()
        assert (await client.get(ROUNDS, headers=token)).status_code == 200


def problem(code: str, *marks: str) -> bytes:
    body = json.dumps({"code": code}).encode()
    head = ["HTTP/1.1 503 Service Unavailable", "Content-Type: application/problem+json", *marks]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


SAID_503 = {
    "a supplier is away": (problem("launch_outcome_unknown"), False),
    "a list has too many readers": (problem("list_busy", "Retry-After: 1"), False),
    "the process itself is unwell": (problem("unavailable", "X-Internal-Unwell: 1"), True),
    "something before the service": (b"HTTP/1.1 503 x\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno", True),
    "nothing but a status": (b"HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n", True),
}


@pytest.mark.parametrize(("said", "left_alone"), SAID_503.values(), ids=SAID_503.keys())
async def test_only_an_instance_that_is_unwell_is_left_alone(said: bytes, left_alone: bool) -> None:
    """Otherwise whoever starts games of one supplier that is away would shut all of games for everybody."""
    async with Scripted(answering(said)).listening() as service, talking(service.url) as client:
        token = bearer(make_token(kind="player"))
        answers = [await client.post("/api/games/v1/sessions", json={}, headers=token) for _ in range(25)]
    assert (len(service.heads) < 25) is left_alone
    assert ("left alone" in answers[-1].text) is left_alone
    assert all("x-internal-unwell" not in answer.headers for answer in answers)

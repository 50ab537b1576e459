"""Each request gets an id at the door; what a client calls it stays beside it in the logs, if it is an id at all."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from .conftest import Upstream


async def lines(gateway: int, headers: dict[str, str]) -> tuple[httpx.Response, dict[str, Any]]:
    """An answer, and what the log says of it. Refusals are always told."""
    with capture_logs(processors=[merge_contextvars]) as told:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as client:
            answer = await client.get("/api/games/v1/rounds", headers=headers)
    return answer, next(dict(line) for line in told if line["event"] == "http_request")


@pytest.mark.parametrize("given", ["0190f5fe-7c00-7a00-8000-000000000001", "client_id", "A" * 64])
async def test_the_id_that_a_client_gave_is_logged_beside_ours(gateway: int, given: str) -> None:
    answer, line = await lines(gateway, {"X-Request-Id": given})
    assert line["client_request_id"] == given
    assert line["request_id"] == answer.headers["x-request-id"] != given
    assert UUID(line["request_id"]).version == 7


@pytest.mark.parametrize("given", ["short", "A" * 65, "with space", "ann@example.com", "a/b/c/d/e/f", "x\ty-zzzzzz"])
async def test_what_is_no_id_is_logged_nowhere(gateway: int, given: str) -> None:
    answer, line = await lines(gateway, {"X-Request-Id": given})
    assert answer.status_code == 401
    assert "client_request_id" not in line
    assert given not in str(line)


async def test_one_request_says_nothing_of_the_id_of_another(gateway: int) -> None:
    await lines(gateway, {"X-Request-Id": "the-first-one"})
    _, line = await lines(gateway, {})
    assert "client_request_id" not in line


async def test_a_service_is_told_our_id_alone(gateway: int, upstream: Upstream) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as client:
        answer = await client.post(
            "/api/security/v1/staff-sessions", json={}, headers={"X-Request-Id": "the-clients-own"}
        )
    assert ("x-request-id", answer.headers["x-request-id"]) in upstream.seen[0]["headers"]
    assert "the-clients-own" not in str(upstream.seen)

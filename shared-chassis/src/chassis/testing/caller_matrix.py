"""The caller matrix: the four kinds of callers every endpoint is tried with.

@pytest.mark.parametrize("caller", CALLERS)
async def test_only_permitted_staff_approve(caller, client, withdrawal):
    await assert_caller(caller, client, Attempt("POST", f"/api/payments/v1/withdrawals/{withdrawal}/approve",
                        permission=P.WITHDRAWAL_APPROVE, casino_id=CASINO, json={"reason": "ok"}))
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx

from chassis.testing.tokens import bearer, make_token

CallerKind = Literal["anonymous", "no permission", "wrong casino", "permitted"]

CALLERS: tuple[CallerKind, ...] = ("anonymous", "no permission", "wrong casino", "permitted")
"""To parametrise a test with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    permission: str
    casino_id: UUID
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    allowed: int = 200
    hidden: Literal["not found", "empty"] = "not found"


@dataclass(frozen=True, slots=True)
class Attempt(_Options):
    """A request, and what the four callers should get for it.

    Attributes:
        permission: what the route asks for.
        casino_id: whose thing it is about.
        allowed: the status for a permitted caller. The others get 401, 403 and 404.
        hidden: a caller of another casino finds nothing there: `not found` (404), or an `empty` list (200).
    """

    method: str
    path: str


async def assert_caller(caller: CallerKind, client: httpx.AsyncClient, attempt: Attempt) -> httpx.Response:
    """Make the attempt as this caller and check the answer; returns it for a closer look."""
    token = _token(caller, attempt)
    headers = {"Idempotency-Key": f"matrix-{uuid4()}", **attempt.headers, **(bearer(token) if token else {})}
    answer = await client.request(attempt.method, attempt.path, json=attempt.json, headers=headers)
    expected = _expected(caller, attempt)
    assert answer.status_code == expected, f"{caller}: {answer.status_code} instead of {expected}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        assert answer.json()["errors"] == [], "a refusal at the door must not talk about fields"
    elif caller == "wrong casino":
        assert answer.json()["items"] == [], f"another casino's rows leaked: {answer.text}"
    return answer


def _token(caller: CallerKind, attempt: Attempt) -> str | None:
    match caller:
        case "anonymous":
            return None
        case "no permission":
            return make_token(permissions=["none.of.these"], casinos=[attempt.casino_id])
        case "wrong casino":
            return make_token(permissions=[attempt.permission], casinos=[uuid4()])
        case "permitted":
            return make_token(permissions=[attempt.permission], casinos=[attempt.casino_id])


def _expected(caller: CallerKind, attempt: Attempt) -> int:
    elsewhere = 200 if attempt.hidden == "empty" else 404
    return {"anonymous": 401, "no permission": 403, "wrong casino": elsewhere, "permitted": attempt.allowed}[caller]

"""The caller matrix: the kinds of callers every endpoint is tried with.

ATTEMPTS = [Attempt("POST", "/api/payments/v1/withdrawals/{withdrawal_id}/approve", permission=P.WITHDRAWAL_APPROVE,
                    casino_id=CASINO, json={"reason": "ok"})]

def test_every_route_is_in_the_matrix(service):
    assert_every_route(http_application(service), ATTEMPTS, public={"POST /partner/{casino_id}/calls"})

@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(attempt, client, withdrawal):
    for caller in CALLERS:
        await assert_caller(caller, client, attempt.at(withdrawal_id=withdrawal))
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, TypeVar
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from chassis.http.routes import DeclaredRoute, declared_routes
from chassis.testing.tokens import EVERYWHERE, bearer, make_token

A = TypeVar("A", bound="Attempt")

Hidden = Literal["not found", "empty", "forbidden", "invalid", "shown"]

CallerKind = Literal["anonymous", "no permission", "wrong casino", "over ceiling", "permitted"]

CALLERS: tuple[CallerKind, ...] = ("anonymous", "no permission", "wrong casino", "permitted")
"""To parametrise a test with; where money moves, `Attempt.callers` has one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    permission: str
    casino_id: UUID | None
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    allowed: int = 200
    hidden: Hidden = "not found"
    also: Collection[str] = ()
    subject: UUID | None = None
    amount: tuple[int, str] | None = None
    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt(_Options):
    """A request, and what the four callers should get for it.

    Attributes:
        method, path: as the route declares them; `at` fills the path's parameters in.
        permission: what the route asks for.
        casino_id: whose thing it is about; None: it takes somebody who works for the whole operator.
        allowed: the status for a permitted caller. The others get 401, 403 and what `hidden` says.
        hidden: what a caller of another casino meets: nothing there (`not found`, 404), an `empty` list (200), a
            refusal (`forbidden`, 403, or `invalid`, 422), or all that others see (`shown`), since it is no casino's.
        also: what a caller with the permission holds besides.
        subject: who such a caller is, where it matters.
        amount: how much it moves, in minor units of a currency: whoever holds the permission for less gets 403.
        request: further arguments of httpx's `request`: a form, say.
    """

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def callers(self) -> tuple[CallerKind, ...]:
        """Everybody it is tried with; where money moves, also whoever holds the permission for less of it."""
        return CALLERS if self.amount is None else ("over ceiling", *CALLERS)

    def at(self, **ids: object) -> Self:
        """The attempt with `{name}` in the path and in texts of the body replaced."""
        return replace(self, path=self.path.format(**ids), json=_filled(self.json, ids))


def export_attempt(
    path: str, listed: str, permission: str, casino_id: UUID | None, *, hidden: Hidden = "shown", since: str = ""
) -> Attempt:
    """A list taken away as a file. What somebody of another casino gets is a file without rows.

    Args:
        since: the field of time that a huge list is narrowed by.
    """
    body = {"format": "csv", "reason": "for the auditors"}
    return Attempt(
        "POST",
        f"{path}/exports",
        permission=permission,
        also=[listed],
        casino_id=casino_id,
        json=body,
        allowed=202,
        hidden=hidden,
        request=since_ever(since) if since else {},
    )


def since_ever(time_field: str) -> dict[str, Any]:
    """What narrows a huge list to all it has, as an attempt's `request`."""
    return {"params": {time_field: "gte.2000-01-01"}}


async def assert_caller(caller: CallerKind, client: httpx.AsyncClient, attempt: Attempt) -> httpx.Response:
    """Make the attempt as this caller and check the answer; returns it for a closer look."""
    token = _token(caller, attempt)
    headers = {"Idempotency-Key": f"matrix-{uuid4()}", **attempt.headers, **(bearer(token) if token else {})}
    answer = await client.request(attempt.method, attempt.path, json=attempt.json, headers=headers, **attempt.request)
    expected = _expected(caller, attempt)
    assert answer.status_code == expected, f"{caller}: {answer.status_code} instead of {expected}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        if answer.status_code != 422:
            assert answer.json()["errors"] == [], "a refusal at the door must not talk about fields"
    elif caller == "wrong casino" and attempt.hidden == "empty":
        rows = answer.json()
        rows = rows["items"] if isinstance(rows, dict) else rows
        assert rows == [], f"another casino's rows leaked: {answer.text}"
    return answer


def assert_every_route(app: FastAPI, attempts: Iterable[Attempt], *, public: Collection[str] = ()) -> None:
    """Fail when a route that asks for a permission has no attempt with just that permission, or an attempt no route.

    Args:
        public: the routes that are open to everyone, so that another one is a decision. The operators' own
            (`/healthz` and its like) are not counted.
    """
    routes = {route.name: route for route in declared_routes(app) if route.path not in _OPERATIONS}
    asking = {
        name: route.rule.permission
        for name, route in routes.items()
        # The other routes of a list carry the marker of the list itself, which is tried.
        if route.rule.permission is not None
        and not hasattr(route.endpoint, "companion_of")
        and _TRIED_BY_THE_CHASSIS not in route.rule.permission
    }
    tried = {str(attempt): str(attempt.permission) for attempt in attempts}
    assert asking.items() <= tried.items(), f"not in the matrix: {asking.items() - tried.items()}"
    assert tried.items() <= asking.items(), f"no such route: {tried.items() - asking.items()}"
    opened = {name for name, route in routes.items() if route.rule.tokens == "none"}
    assert opened == set(public), f"public, or no longer: {opened ^ set(public)}"


async def assert_doors(client: httpx.AsyncClient, app: FastAPI) -> None:
    """Fail when a route that is neither public nor asks for a permission lets the wrong kind of caller in.

    These are the routes for players alone, for any staff and for other services; rules are checked before anything
    else of a request, so made-up ids and no body will do.
    """
    player, staff = make_token(kind="player"), make_token(permissions=["none.of.these"])
    for route in declared_routes(app):
        if route.rule.tokens == "none" or route.rule.permission is not None:
            continue
        wrong, expected = (player, 403) if route.rule.label == "any staff" else (staff, 403)
        if route.rule.tokens == "service":
            expected = 401
        wrongly = [] if route.rule.label == "any person" else [(wrong, expected)]
        for token, status in ((None, 401), *wrongly):
            answer = await _knock(client, route, token)
            assert answer.status_code == status, f"{route.name}: {answer.status_code} instead of {status}"


async def _knock(client: httpx.AsyncClient, route: DeclaredRoute, token: str | None) -> httpx.Response:
    path = re.sub(r"{[^}]*}", lambda _: str(uuid4()), route.path)
    headers = {"Idempotency-Key": f"matrix-{uuid4()}", **(bearer(token) if token else {})}
    return await client.request(route.methods[0] if route.methods else "POST", path, headers=headers)


def _filled(body: Any, ids: Mapping[str, object]) -> Any:
    match body:
        case dict():
            return {name: _filled(value, ids) for name, value in body.items()}
        case list():
            return [_filled(value, ids) for value in body]
        case str() if body.startswith("{") and body.endswith("}"):
            value = ids[body[1:-1]]
            return value if isinstance(value, dict) else str(value)
    return body


def _token(caller: CallerKind, attempt: Attempt) -> str | None:
    held, home = [attempt.permission, *attempt.also], attempt.casino_id or EVERYWHERE
    match caller:
        case "anonymous":
            return None
        case "no permission":
            return make_token(permissions=["none.of.these", *attempt.also], casinos=[home])
        case "wrong casino":
            return make_token(permissions=held, casinos=[uuid4()], subject=attempt.subject)
        case "over ceiling":
            most, currency = attempt.amount or (0, "EUR")
            return make_token(permissions=held, casinos=[home], ceilings={currency: most - 1}, subject=attempt.subject)
        case "permitted":
            return make_token(permissions=held, casinos=[home], subject=attempt.subject)


def _expected(caller: CallerKind, attempt: Attempt) -> int:
    hidden = {"not found": 404, "empty": 200, "forbidden": 403, "invalid": 422, "shown": attempt.allowed}
    elsewhere = hidden[attempt.hidden]
    refused = {"anonymous": 401, "no permission": 403, "wrong casino": elsewhere, "over ceiling": 403}
    return refused.get(caller, attempt.allowed)


_TRIED_BY_THE_CHASSIS = ".parked."
"""The routes about parked messages are the same in every service: the chassis' own tests and those of bad input."""

_OPERATIONS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})

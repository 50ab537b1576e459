"""Who gets in: markers, tokens and the two nets beneath them."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket
from sqlalchemy import Column, Text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from chassis.auth import Caller, Internal, PermissionSpec, Player, PlayerOr, Public, Requires, ServiceTokens, guarded
from chassis.domain import NotFound
from chassis.http import Once, UnmarkedRoute, create_service
from chassis.http.listing import Field, masked
from chassis.http.routes import declared_routes
from chassis.settings import HttpSettings
from chassis.testing.caller_matrix import CALLERS, Attempt, CallerKind, assert_caller
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token, test_verifier

from . import example
from .conftest import Headers
from .example import EDIT, PERMISSIONS, VIEW

A, B = uuid4(), uuid4()
BASE = "/api/example/v1"


@pytest.mark.parametrize("caller", CALLERS)
async def test_a_thing_is_shown_to_those_who_may_see_it(client: httpx.AsyncClient, caller: CallerKind) -> None:
    await assert_caller(caller, client, Attempt("GET", f"{BASE}/things/{A}", permission=VIEW, casino_id=A))


@pytest.mark.parametrize("caller", [one for one in CALLERS if one != "wrong casino"])
async def test_a_thing_is_made_by_those_who_may(client: httpx.AsyncClient, caller: CallerKind) -> None:
    body = {"name": "a", "amount_minor": 1}
    attempt = Attempt("POST", f"{BASE}/things", permission=EDIT, casino_id=A, json=body, allowed=201)
    await assert_caller(caller, client, attempt)


async def test_the_door_comes_before_the_body(client: httpx.AsyncClient) -> None:
    problem(await client.post(f"{BASE}/things", json={"wrong": 1}), 401, "unauthenticated")
    problem(await client.post(f"{BASE}/things", json={"wrong": 1}, headers=bearer(make_token())), 403, "forbidden")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer  x", "Basic dTpw", "Bearer a b", "Token x", "bearer", "Bearer \xe9", "x" * 9000],
)
async def test_what_is_no_bearer_token_is_401(client: httpx.AsyncClient, header: str) -> None:
    headers = [(b"authorization", header.encode("latin-1"))]
    problem(await client.get(f"{BASE}/me", headers=headers), 401, "unauthenticated")


async def test_two_tokens_are_none(client: httpx.AsyncClient) -> None:
    good = f"Bearer {make_token()}".encode()
    problem(await client.get(f"{BASE}/me", headers=[(b"authorization", good)] * 2), 401, "unauthenticated")
    assert (await client.get(f"{BASE}/me", headers=[(b"authorization", good)])).status_code == 200


async def test_the_scheme_is_read_in_any_case(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{BASE}/me", headers={"Authorization": f"bEARER {make_token()}"})).status_code == 200


async def test_a_token_in_the_query_is_no_token(client: httpx.AsyncClient) -> None:
    problem(await client.get(f"{BASE}/me?access_token={make_token()}"), 401, "unauthenticated")


async def test_staff_and_players_do_not_get_through_each_others_doors(
    client: httpx.AsyncClient, staff: Headers, service: Headers
) -> None:
    player = bearer(make_token(kind="player"))
    problem(await client.get(f"{BASE}/things/{A}", headers=player), 403, "forbidden")
    problem(await client.get(f"{BASE}/me", headers=player), 403, "forbidden")
    upload: dict[str, Any] = {"data": {"kind": "a"}, "files": {"file": b"x"}}
    problem(await client.post(f"{BASE}/uploads", headers=staff, **upload), 403, "forbidden")
    assert (await client.post(f"{BASE}/uploads", headers=player, **upload)).status_code == 200
    problem(await client.get(f"{BASE}/me", headers=service), 401, "unauthenticated")


async def test_a_player_reads_about_himself_and_staff_about_anyone(client: httpx.AsyncClient, staff: Headers) -> None:
    mine, other = uuid4(), uuid4()
    player = bearer(make_token(kind="player", subject=mine))
    assert (await client.get(f"{BASE}/players/{mine}/things", headers=player)).json()["kind"] == "player"
    problem(await client.get(f"{BASE}/players/{other}/things", headers=player), 404, "not_found")
    assert (await client.get(f"{BASE}/players/{other}/things", headers=staff)).json()["kind"] == "staff"
    problem(await client.get(f"{BASE}/players/{other}/things", headers=bearer(make_token())), 403, "forbidden")
    problem(await client.get(f"{BASE}/players/not-a-uuid/things", headers=player), 422, "invalid_request")


async def test_a_factor_that_must_be_added_closes_everything_else(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(permissions=[VIEW, EDIT], fac=True))
    problem(await client.get(f"{BASE}/things/{A}", headers=token), 403, "factor_required")
    problem(await client.get(f"{BASE}/me", headers=token), 403, "factor_required")


async def test_whoever_looks_as_a_player_changes_nothing_and_sees_no_more_than_permissions_show(
    client: httpx.AsyncClient,
) -> None:
    mine = uuid4()
    looking = bearer(make_token(kind="player", subject=mine, act={"sub": str(uuid4())}))
    problem(await client.get(f"{BASE}/players/{mine}/things", headers=looking), 403, "forbidden")
    upload: dict[str, Any] = {"data": {"kind": "a"}, "files": {"file": b"x"}}
    problem(await client.post(f"{BASE}/uploads", headers=looking, **upload), 403, "forbidden")


async def test_a_permission_may_show_its_routes_to_whoever_looks_as_a_player() -> None:
    router = APIRouter()

    @router.get("/shown")
    async def shown(caller: Annotated[Caller, PlayerOr(VIEW)]) -> dict[str, str | None]:
        return {"actor": caller.context().actor.id, "id": str(caller.id)}

    settings = make_settings(HttpSettings)
    spec = PermissionSpec(VIEW, "See", impersonation=True)
    app = create_service("example", settings=settings, routers=[router], permissions=[spec], verifier=test_verifier())
    staff, player = uuid4(), uuid4()
    looking = bearer(make_token(kind="player", subject=player, act={"sub": str(staff)}))
    async with started(app) as client:
        answer = await client.get("/shown", headers=looking)
    assert answer.json() == {"actor": str(staff), "id": str(player)}


async def test_whoever_looks_as_a_player_sees_what_their_own_permission_shows() -> None:
    staff, player = uuid4(), uuid4()
    token = make_token(kind="player", subject=player, act={"sub": str(staff)}, modes={"pii_basic": "mask"})
    looking = (await test_verifier().verify(token)).by(None)
    himself = (await test_verifier().verify(make_token(kind="player", subject=player))).by(None)
    name = Field(Column("name", Text), data_class="pii_basic", mask=lambda text: f"{text[0]}***")
    born = Field(Column("born", Text), data_class="pii_sensitive")
    shown = [
        masked({"name": "Ann", "born": "1990"}, {"name": name, "born": born}, who, None, b"key")
        for who in (looking, himself)
    ]
    assert shown == [{"name": "A***"}, {"name": "Ann", "born": "1990"}]


async def test_a_password_that_must_change_closes_everything_else(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(permissions=[VIEW, EDIT], must_change_password=True))
    for method, path in (("GET", f"{BASE}/me"), ("GET", f"{BASE}/things/{A}"), ("GET", f"{BASE}/players/{A}/things")):
        problem(await client.request(method, path, headers=token), 403, "password_change_required")
    assert (await client.post(f"{BASE}/me/password", headers=token)).status_code == 200


async def test_internal_routes_want_a_service_token_for_this_service(
    client: httpx.AsyncClient, staff: Headers, service: Headers, settings: HttpSettings
) -> None:
    path = "/internal/v1/things"
    assert (await client.get(path, headers=service)).json() == {"caller": "games"}
    problem(await client.get(path), 401, "unauthenticated")
    problem(await client.get(path, headers=staff), 401, "unauthenticated")
    elsewhere = ServiceTokens("games", settings.internal_key).mint("payments")
    problem(await client.get(path, headers=bearer(elsewhere)), 401, "unauthenticated")
    problem(await client.get("/internal/v1/secrets", headers=service), 403, "forbidden")
    payments = ServiceTokens("payments", settings.internal_key).mint("example")
    assert (await client.get("/internal/v1/secrets", headers=bearer(payments))).status_code == 200


async def test_what_is_mounted_beneath_internal_is_guarded_without_being_asked(
    client: httpx.AsyncClient, staff: Headers, service: Headers
) -> None:
    for path in ("/internal/v1/hot", "/internal/v1/hot/", "/internal/v1/hot/x"):
        problem(await client.post(path, content=b"ab"), 401, "unauthenticated")
        problem(await client.post(path, content=b"ab", headers=staff), 401, "unauthenticated")
        assert (await client.post(path, content=b"ab", headers=service)).text == "2"
    problem(await client.post("/internal/v1/hotter", headers=service), 404, "route_not_found")


def service_of(*routers: APIRouter, **options: Any) -> FastAPI:
    """A service of these routers."""
    return create_service(
        "example",
        settings=make_settings(HttpSettings),
        routers=routers,
        verifier=test_verifier(),
        **{"permissions": PERMISSIONS, **options},
    )


def test_a_route_without_a_marker_stops_the_start() -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.get("/forgotten")
    async def forgotten() -> None: ...

    outer.include_router(inner)
    with pytest.raises(UnmarkedRoute, match="GET /outer/inner/forgotten has no marker"):
        service_of(outer)


def test_a_dependency_that_is_no_marker_is_no_marker() -> None:
    router = APIRouter(dependencies=[Depends(lambda: None)])

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(UnmarkedRoute, match="no marker"):
        service_of(router)


def test_a_marker_of_the_whole_router_counts_for_each_route() -> None:
    router = APIRouter(dependencies=[Public("a test")])

    @router.get("/open")
    async def read_open() -> None: ...

    assert [route.rule.label for route in declared_routes(service_of(router)) if route.path == "/open"] == [
        "public: a test"
    ]


def test_two_markers_are_a_contradiction() -> None:
    router = APIRouter(dependencies=[Public("a test")])

    @router.get("/both")
    async def both(caller: Annotated[Caller, Player()]) -> None: ...

    with pytest.raises(UnmarkedRoute, match="2 markers"):
        service_of(router)


def test_the_caller_is_asked_for_first() -> None:
    router = APIRouter()

    @router.post("/late")
    async def late(once: Once, caller: Annotated[Caller, Player()]) -> None: ...

    with pytest.raises(UnmarkedRoute, match="declare the caller first"):
        service_of(router)


def test_a_permission_nobody_declared_stops_the_start() -> None:
    with pytest.raises(UnmarkedRoute, match=f"asks for {EDIT}, which no PermissionSpec declares"):
        service_of(example.router, permissions=[PermissionSpec(VIEW, "See things")])


def test_a_plain_route_and_a_socket_need_a_marker_too() -> None:
    router = APIRouter()
    router.add_route("/plain", PlainTextResponse("hello"))  # type: ignore[arg-type]

    @router.websocket("/socket")
    async def socket(websocket: WebSocket) -> None: ...

    with pytest.raises(UnmarkedRoute) as refused:
        service_of(router)
    assert "/plain has no marker" in str(refused.value)
    assert "/socket has no marker" in str(refused.value)


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


def test_mounts_are_entered() -> None:
    async def endpoint(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hidden")

    router = APIRouter()
    router.mount("/deep", Starlette(routes=[Mount("/deeper", routes=[Route("/hidden", endpoint)])]))
    with pytest.raises(UnmarkedRoute, match="GET /deep/deeper/hidden has no marker"):
        service_of(router)


def test_a_raw_mount_needs_a_reason_where_its_path_gives_none() -> None:
    with pytest.raises(UnmarkedRoute, match="ANY /files has no marker"):
        service_of(example.router, mounts={"/files": hello})
    with pytest.raises(UnmarkedRoute, match="ANY /partners has no marker"):
        service_of(example.router, mounts={"/partners": hello})


async def test_a_guarded_mount_is_guarded() -> None:
    settings = make_settings(HttpSettings)
    app = create_service(
        "example",
        settings=settings,
        mounts={"/open": guarded(hello, Public("a test")), "/closed": guarded(hello, Internal("games"))},
        verifier=test_verifier(),
    )
    async with started(app) as client:
        assert (await client.get("/open")).text == "hello"
        problem(await client.get("/closed"), 401, "unauthenticated")
        token = ServiceTokens("payments", settings.internal_key).mint("example")
        problem(await client.get("/closed", headers=bearer(token)), 403, "forbidden")
        token = ServiceTokens("games", settings.internal_key).mint("example")
        assert (await client.get("/closed", headers=bearer(token))).text == "hello"


def test_a_route_a_mount_would_hide_stops_the_start() -> None:
    with pytest.raises(UnmarkedRoute, match="/api/example/v1/things is hidden by what is mounted at /api"):
        service_of(example.router, mounts={"/api": guarded(hello, Public("a test"))})


async def test_what_a_mount_raises_is_a_problem_as_anywhere() -> None:
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        raise {"/partner/a": NotFound(), "/partner/b": HTTPException(418), "/partner/c": RuntimeError("hunter2")}[
            scope["path"]
        ]

    async with started(service_of(mounts={"/partner": refusing})) as client:
        problem(await client.get("/partner/a"), 404, "not_found")
        problem(await client.get("/partner/b"), 418, "http_418")
        problem(await client.get("/partner/c"), 500, "internal_error")


def test_a_mount_is_guarded_by_a_marker_only() -> None:
    with pytest.raises(TypeError):
        guarded(hello, Depends(lambda: None))


def test_a_public_route_says_why() -> None:
    with pytest.raises(ValueError, match="say why"):
        Public(" ")


def test_the_walk_finds_every_route(app: FastAPI) -> None:
    found = declared_routes(app)
    assert all(len(route.rules) == 1 for route in found)
    assert len(found) == 10 + 3 + 2 + 4, "routes of the example, internal ones, mounts, and those of every service"


async def test_a_success_nobody_allowed_never_leaves() -> None:
    """The second net: a route that came in after the walk, past every marker."""
    app = service_of(example.router)

    async def leak(request: Request) -> PlainTextResponse:
        return PlainTextResponse("secret", status_code=int(request.query_params.get("status", "200")))

    app.router.routes.insert(0, Route("/leak", leak))
    async with started(app) as client:
        for status in (200, 201, 206):
            answer = await client.get(f"/leak?status={status}")
            problem(answer, 500, "internal_error")
            assert "secret" not in answer.text
        assert (await client.get("/leak?status=404")).status_code == 404


async def test_a_caller_carries_where_the_request_came_from(client: httpx.AsyncClient, service: Headers) -> None:
    request_id = "018f3c5e-0000-7000-8000-000000000001"
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    headers = {**service, "X-Request-Id": request_id, "traceparent": parent}
    told = (await client.get("/internal/v1/where", headers=headers)).json()
    assert told["correlation_id"] == request_id
    assert told["traceparent"].split("-")[1] == parent.split("-")[1]
    assert told["ip"] == "127.0.0.1"


def test_requires_takes_an_enum_of_names() -> None:
    class P(StrEnum):
        VIEW = VIEW

    router = APIRouter()

    @router.get("/x")
    async def read_x(caller: Annotated[Caller, Requires(P.VIEW)]) -> None: ...

    (route,) = [one for one in declared_routes(service_of(router)) if one.path == "/x"]
    assert route.rule.permission == VIEW
    assert type(route.rule.permission) is str


async def test_a_wrong_casino_is_not_told_from_nothing(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(permissions=[VIEW], casinos=[B]))
    there = await client.get(f"{BASE}/things/{A}", headers=token)
    nowhere = await client.get(f"{BASE}/things/{UUID(int=0)}", headers=token)
    assert {**there.json(), "request_id": ""} == {**nowhere.json(), "request_id": ""}

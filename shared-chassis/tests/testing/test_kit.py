"""The testing kit tests: a matrix that could not fail would prove nothing."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from chassis.auth import AnyStaff, Caller, Internal, PermissionSpec, Player, Public, Requires, TokenVerifier
from chassis.auth.jwks import RemoteKeys
from chassis.http import create_service
from chassis.settings import HttpSettings
from chassis.testing.caller_matrix import (
    CALLERS,
    Attempt,
    CallerKind,
    assert_caller,
    assert_doors,
    assert_every_route,
)
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.golden import Effect, assert_as_promised, example
from chassis.testing.tokens import TokenMaker, bearer, make_token, test_verifier
from contracts.backoffice.events import PlayerTagged

VIEW = PermissionSpec("example.thing.view", "See things")
CASINO = uuid4()
router = APIRouter()


@router.get("/good/{casino_id}")
async def good(casino_id: UUID, caller: Annotated[Caller, Requires(VIEW.id)]) -> dict[str, Any]:
    caller.must_see(casino_id)
    return {}


@router.get("/leaky/{casino_id}")
async def leaky(casino_id: UUID, caller: Annotated[Caller, Requires(VIEW.id)]) -> dict[str, Any]:
    return {"items": [str(casino_id)]}


@router.get("/open/{casino_id}", dependencies=[Public("a mistake")])
async def opened(casino_id: UUID) -> dict[str, Any]:
    return {}


def app() -> FastAPI:
    return create_service(
        "example", settings=make_settings(HttpSettings), routers=[router], permissions=[VIEW], verifier=test_verifier()
    )


def attempt(path: str, **options: Any) -> Attempt:
    return Attempt("GET", f"/{path}/{CASINO}", permission=VIEW.id, casino_id=CASINO, **options)


@pytest.mark.parametrize("caller", CALLERS)
async def test_the_matrix_passes_a_good_endpoint(caller: CallerKind) -> None:
    async with started(app()) as client:
        await assert_caller(caller, client, attempt("good"))


@pytest.mark.parametrize(
    ("caller", "wrong"),
    [
        ("wrong casino", attempt("leaky")),
        ("wrong casino", attempt("leaky", hidden="empty")),
        ("anonymous", attempt("open")),
        ("no permission", attempt("open")),
        ("permitted", attempt("good", allowed=201)),
        ("permitted", attempt("missing")),
    ],
)
async def test_the_matrix_catches_a_bad_one(caller: CallerKind, wrong: Attempt) -> None:
    async with started(app()) as client:
        with pytest.raises(AssertionError):
            await assert_caller(caller, client, wrong)


GOOD, LEAKY = (
    Attempt("GET", f"/{name}/{{casino_id}}", permission=VIEW.id, casino_id=CASINO) for name in ("good", "leaky")
)
OPENED = {"GET /open/{casino_id}"}


def test_the_matrix_is_whole_with_every_route_in_it() -> None:
    assert_every_route(app(), [GOOD, LEAKY], public=OPENED)


@pytest.mark.parametrize(
    ("attempts", "public", "words"),
    [
        ([GOOD], OPENED, "not in the matrix: .*leaky"),
        ([GOOD, replace(LEAKY, permission="another")], OPENED, "not in the matrix: .*leaky"),
        ([GOOD, LEAKY, replace(LEAKY, path="/gone")], OPENED, "no such route: .*gone"),
        ([GOOD, LEAKY], set(), "public, or no longer: .*open"),
    ],
)
def test_the_matrix_misses_a_route(attempts: list[Attempt], public: set[str], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        assert_every_route(app(), attempts, public=public)


async def test_doors_for_players_staff_and_services_are_tried_without_a_row() -> None:
    closed = APIRouter()

    @closed.get("/player", dependencies=[Player()])
    async def of_a_player() -> dict[str, Any]:
        return {}

    @closed.get("/staff", dependencies=[AnyStaff()])
    async def of_staff() -> dict[str, Any]:
        return {}

    @closed.get("/internal/{thing_id}", dependencies=[Internal()])
    async def of_services() -> dict[str, Any]:
        return {}

    service = create_service(
        "example", settings=make_settings(HttpSettings), routers=[closed], permissions=[], verifier=test_verifier()
    )
    async with started(service) as client:
        await assert_doors(client, service)
    async with started(app()) as other:
        with pytest.raises(AssertionError, match="404 instead of 401"):
            await assert_doors(other, service)


def test_an_attempt_fills_in_what_is_made_for_the_test() -> None:
    one = Attempt("POST", "/a/{a}", permission=VIEW.id, casino_id=None, json={"b": ["{b}", "{"], "c": 1})
    filled = one.at(a=1, b=2)
    assert (filled.path, filled.json) == ("/a/1", {"b": ["2", "{"], "c": 1})


async def test_the_client_starts_and_stops_the_application() -> None:
    service = app()
    async with started(service, token=make_token(), headers={"X-Request-Id": str(CASINO)}) as client:
        answer = await client.get("/healthz")
        assert answer.request.headers["authorization"].startswith("Bearer ")
        assert answer.headers["x-request-id"] == str(CASINO)
        assert not service.state.drain.draining
    assert service.state.drain.draining


async def test_a_makers_keys_travel_like_those_of_security() -> None:
    maker = TokenMaker()
    verifier = TokenVerifier(RemoteKeys("http://security.test", transport=maker.transport()))
    assert (await verifier.verify(maker.token())).kind == "staff"
    assert "d" not in maker.jwks()["keys"][0]


async def test_all_tests_of_a_process_share_one_maker() -> None:
    assert (await test_verifier().verify(make_token(kind="player", casino=CASINO))).casino_id == CASINO
    assert bearer("x") == {"Authorization": "Bearer x"}
    assert isinstance(httpx.Headers(bearer(make_token())), httpx.Headers)


def test_an_effect_names_what_changes_or_why_nothing_does() -> None:
    with pytest.raises(ValueError, match="why nothing does"):
        Effect()
    with pytest.raises(ValueError, match="why nothing does"):
        Effect({"a table": None}, nothing="it changes nothing")


def test_what_breaks_its_schema_is_not_as_promised() -> None:
    assert_as_promised(example(PlayerTagged).event())
    with pytest.raises(AssertionError, match="not as promised"):
        assert_as_promised(PlayerTagged.model_construct(player_id=CASINO, casino_id=CASINO, tag="x" * 1000))

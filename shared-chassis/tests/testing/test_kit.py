"""The testing kit tests: a matrix that could not fail would prove nothing."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from chassis.auth import Caller, PermissionSpec, Public, Requires, TokenVerifier
from chassis.auth.jwks import RemoteKeys
from chassis.http import create_service
from chassis.settings import HttpSettings
from chassis.testing.caller_matrix import CALLERS, Attempt, CallerKind, assert_caller
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

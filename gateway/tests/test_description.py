"""/openapi.json: each is shown what he may ask for, and nothing of what he may not."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.auth import Caller
from chassis.http.routes import declared_routes
from chassis.testing.environment import make_settings
from chassis.testing.tokens import bearer, make_token, test_verifier
from gateway.main import build
from gateway.own import LIVE, OWN_ROUTES
from gateway.pages import Description
from gateway.routes import Route, load_openapi, load_routes
from gateway.settings import Settings

from .conftest import SERVICES

ROUTES = [*load_routes(), *OWN_ROUTES]
WHOLE = json.loads(load_openapi())
PERMISSIONS = sorted({route.permission for route in ROUTES if route.permission})


def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(path, method.upper()) for path, item in document["paths"].items() for method in item}


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


async def caller(**options: Any) -> Caller:
    return (await test_verifier().verify(make_token(**options))).by(None)


def described(to: Caller | None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Description(WHOLE, ROUTES).of(to))
    return document


def test_the_table_and_the_document_are_of_the_same_operations() -> None:
    assert {(route.template, route.method) for route in ROUTES} == operations(WHOLE)


def test_every_route_says_who_may_ask_and_how_much_harm_it_can_do() -> None:
    for route in ROUTES:
        assert route.access in {"public", "player", "any staff", "any person", "permission", "player or permission"}, (
            route
        )
        assert (route.access == "public") == route.public
        assert ("permission" in route.access) == (route.permission is not None) == (route.risk is not None), route


def test_a_stranger_is_shown_what_is_open_to_all() -> None:
    assert operations(described(None)) == {(route.template, route.method) for route in ROUTES if route.public}


async def test_a_player_is_shown_what_players_may() -> None:
    shown = operations(described(await caller(kind="player", casino=uuid4())))
    assert shown == {
        (route.template, route.method)
        for route in ROUTES
        if route.public or route.access.startswith(("player", "any person"))
    }


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_a_member_of_staff_is_shown_what_his_permissions_open(permission: str) -> None:
    shown = operations(described(await caller(permissions=[permission])))
    assert shown == {
        (route.template, route.method)
        for route in ROUTES
        if route.public or route.access.startswith("any ") or route.permission == permission
    }


async def test_whoever_may_everything_is_shown_everything_but_what_players_alone_do() -> None:
    shown = operations(described(await caller(permissions=PERMISSIONS)))
    assert operations(WHOLE) - shown == {(one.template, one.method) for one in ROUTES if one.access == "player"}


@pytest.mark.parametrize("permissions", [[], PERMISSIONS[:1], PERMISSIONS], ids=["none", "one", "all"])
async def test_schemas_are_those_that_what_is_shown_needs(permissions: list[str]) -> None:
    document = described(await caller(permissions=permissions))
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == named


def test_a_service_is_shown_nothing_that_people_do() -> None:
    assert operations(described(Caller.service("games"))) == operations(described(None))


def test_a_route_without_a_marker_that_is_known_is_open_to_nobody() -> None:
    route = Route("games", "GET", "/api/games/v1/x", public=False, upload=False, access="something new")
    assert not route.open_to(None)


def filters(document: dict[str, Any], path: str) -> set[str]:
    return {one["name"] for one in document["paths"][path]["get"]["parameters"] if "x-list" in one}


async def test_the_live_lists_that_are_told_are_those_one_may_see() -> None:
    anybody = filters(described(await caller()), LIVE)
    payments = await caller(permissions=["payments.withdrawal.list"])
    assert filters(described(payments), LIVE) - anybody == {"payments.withdrawals"}
    assert anybody == {"backoffice.approvals/awaiting-me", "backoffice.approvals/mine"}, "what concerns oneself"
    assert filters(described(payments), "/api/payments/v1/live") == {"withdrawals"}
    everything = await caller(permissions=PERMISSIONS)
    assert {"payments.withdrawals", "backoffice.players", "games.rounds"} <= filters(described(everything), LIVE)


async def test_the_live_lists_are_described_with_their_events_and_refusals() -> None:
    operation = described(await caller())["paths"][LIVE]["get"]
    assert {one["name"] for one in operation["parameters"]} >= {"lists", "after", "Last-Event-ID"}
    events = operation["responses"]["200"]["content"]["text/event-stream"]["x-events"]
    assert set(events) == {"ready", "row", "gone", "resync", "trouble", "close"}
    said = json.dumps(operation["responses"])
    assert all(code in said for code in ("LST_NOT_LIVE", "LST_WRONG_PLACE", "too_many_streams", "policy_stale"))


def test_all_that_the_gateway_itself_serves_is_described() -> None:
    app = build(make_settings(Settings, **{f"{one}_url": "http://127.0.0.1:1" for one in SERVICES}))
    served = {route.path for route in declared_routes(app) if not route.path.startswith(("/api", "/.well-known"))}
    assert served | {LIVE} == {route.template for route in OWN_ROUTES}


async def test_the_gateway_serves_to_each_his_own(gateway: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as client:
        stranger = await client.get("/openapi.json")
        staff = await client.get("/openapi.json", headers=bearer(make_token(permissions=PERMISSIONS)))
        forged = await client.get("/openapi.json", headers=bearer("a.b.c"))
        page = (await client.get("/docs/explorer.js")).text
    assert operations(stranger.json()) < operations(staff.json())
    assert stranger.headers["cache-control"] == "private, no-store"
    assert (forged.status_code, forged.json()["code"]) == (401, "unauthenticated")
    assert 'fetch("/openapi.json", { headers: token' in page

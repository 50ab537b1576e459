"""Tokens: none, none of ours, expired, forged, of the wrong kind, without the permission. Nothing is let in or said."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from bad_input.asking import ask, problem
from bad_input.calm import CalmHouses
from bad_input.example import CallerName
from bad_input.examples import EXAMPLES
from bad_input.houses import House
from bad_input.operations import WRITES, Operation
from chassis.auth import ServiceTokens
from chassis.testing.tokens import TokenMaker, bearer

GUARDED = [one for one in WRITES if not one.is_public]


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _unbelievable(house: House, good: str, caller: CallerName) -> Iterator[tuple[str, dict[str, str]]]:
    """Headers that nobody must be let in with, by what is wrong with them."""
    head, body, signature = good.split(".")
    claims, kid = _claims(good), house.maker.kid
    forger, now = TokenMaker(kid), int(time.time())
    yield "none", {}
    for value in ("", "Bearer", "Bearer ", "Basic YTpi", f"bearer  {good}", "Bearer a.b.c", "Bearer ...", good):
        yield value, {"Authorization": value}
    yield "no signature", bearer(f"{head}.{body}.")
    yield "another's signature", bearer(forger.sign(claims))
    yield "an unknown key", bearer(TokenMaker("nobody's").sign(claims))
    yield "alg none", bearer(f"{_part({'alg': 'none'})}.{body}.")
    yield "alg HS256", bearer(f"{_part({'alg': 'HS256', 'kid': kid})}.{body}.{signature}")
    yield "other claims", bearer(f"{head}.{_part({**claims, 'sub': str(uuid4())})}.{signature}")
    yield "huge", bearer("x" * 12_000)
    if caller in ("backoffice", "gateway", "payments"):
        return
    changes: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 1, "iat": now - 300},
        "of tomorrow": {"iat": now + 86_400, "exp": now + 90_000},
        "no expiry": {"exp": None},
        "expiry as a text": {"exp": "never"},
        "endless": {"exp": 10**400},
        "another issuer": {"iss": "somebody"},
        "another audience": {"aud": "elsewhere"},
        "no kind": {"kind": "god"},
        "no subject": {"sub": "admin"},
        "a session that is none": {"sid": 7},
        "a policy of nonsense": {"kind": "staff", "casino": None, "pv": "the newest"},
        "both kinds": {"casino": str(uuid4()), "kind": "staff"},
        "a NUL": {"sub": "\x00"},
    }
    for name, change in changes.items():
        made = {key: value for key, value in {**claims, **change}.items() if value is not None}
        yield name, bearer(house.maker.sign(made))
    yield "a service's", bearer(ServiceTokens("games", house.service.settings.internal_key).mint(house.service.name))


@pytest.mark.parametrize("operation", GUARDED, ids=repr)
async def test_nobody_comes_in_with_a_bad_token(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before = await house.rows()
    good = house.headers(operation, example)
    token = good.pop("Authorization").removeprefix("Bearer ")
    for name, headers in _unbelievable(house, token, example.caller):
        answer = await ask(house, operation, example, headers={**good, **headers})
        document = problem(answer, 401, why=f"{operation} {name}")
        assert document["errors"] == [], "a refusal at the door does not talk about fields"
    assert await house.rows() == before


@pytest.mark.parametrize("operation", GUARDED, ids=repr)
async def test_a_good_token_of_the_wrong_person_opens_nothing(operation: Operation, calm_houses: CalmHouses) -> None:
    house, example = await calm_houses.of(operation.service), EXAMPLES[operation.key]
    before = await house.rows()
    good = house.headers(operation, example)
    for name, token in _wrong_people(house, operation).items():
        answer = await ask(house, operation, example, headers={**good, **bearer(token)})
        document = problem(answer, 401, 403, 404, why=f"{operation} {name}")
        assert document["errors"] == [], name
    assert await house.rows() == before


def _wrong_people(house: House, operation: Operation) -> dict[str, str]:
    caller, casino, settings = EXAMPLES[operation.key].caller, house.facts["casino_id"], house.service.settings
    if caller in ("backoffice", "gateway"):
        other_key = SecretStr("k" * 43)
        return {
            "staff": house.token("operator") or "",
            "another service": ServiceTokens("games", settings.internal_key).mint(house.service.name),
            "for another service": ServiceTokens(caller, settings.internal_key).mint("elsewhere"),
            "made with another key": ServiceTokens(caller, other_key).mint(house.service.name),
        }
    stranger = house.maker.token(kind="player", subject=uuid4(), casino=casino)
    if operation.described["x-access"] == "any person":
        return {"a service": ServiceTokens("games", settings.internal_key).mint(house.service.name)}
    if operation.described.get("x-permission") is None:
        return {"the other kind": house.maker.token(permissions=house.permissions) if caller == "player" else stranger}
    return {
        "a player who is somebody else": stranger,
        "staff without the permission": house.maker.token(permissions=["none.of.these"], casinos=["*"]),
        "staff who must change the password": house.maker.token(
            permissions=house.permissions, must_change_password=True
        ),
    }

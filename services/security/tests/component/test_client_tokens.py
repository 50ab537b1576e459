"""Tokens for partners' programs: whoever has the key gets one, and nobody else, whatever he sends."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import running
from chassis.testing.tokens import bearer

from .api import V1, key
from .clients_api import ISSUER, TOKEN, Program, ask, form, register, terms


@pytest.fixture
async def admin(client: httpx.AsyncClient, administrator: dict[str, Any]) -> str:
    token: str = administrator["access_token"]
    return token


@pytest.fixture
async def program(client: httpx.AsyncClient, admin: str) -> Program:
    return await register(client, admin, Program.new())


def assert_refused(answer: httpx.Response, error: str, status: int) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"


def assert_unproved(answer: httpx.Response) -> None:
    assert_refused(answer, "invalid_client", 401)
    assert answer.json()["error_description"] == "The client did not prove who it is.", "why is nobody's business"


def claims_of(answer: httpx.Response) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    return claims


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
async def test_a_program_that_has_its_key_gets_a_token(client: httpx.AsyncClient, admin: str, algorithm: str) -> None:
    program = await register(client, admin, Program.new(algorithm), addresses=["127.0.0.0/8"])
    answer = await ask(client, program.assertion())
    assert answer.status_code == 200, answer.text
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 300)
    claims = claims_of(answer)
    assert (claims["kind"], claims["sub"], claims["net"], claims["tier"]) == (
        "client",
        program.client_id,
        ["127.0.0.0/8"],
        "standard",
    )
    assert claims["exp"] - claims["iat"] == 300


@pytest.mark.parametrize("audience", [ISSUER, ISSUER + TOKEN, [ISSUER]], ids=["issuer", "endpoint", "list of one"])
async def test_an_assertion_is_for_the_issuer_or_its_token_endpoint(
    client: httpx.AsyncClient, program: Program, audience: Any
) -> None:
    assert (await ask(client, program.assertion(aud=audience))).status_code == 200


def _in(**time: int) -> timedelta:
    """From when the assertion is made, which may be long after this module was read."""
    return timedelta(**time)


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "for another server": {"aud": "https://elsewhere.example/token"},
    "for us and another": {"aud": [ISSUER, "https://elsewhere.example"]},
    "for nobody": {"aud": None},
    "for a number": {"aud": [7]},
    "expired": {"exp": _in(minutes=-1)},
    "never ending": {"exp": None},
    "living too long": {"exp": _in(hours=2)},
    "at the end of time": {"exp": 2**70},
    "ending at a text": {"exp": "tomorrow"},
    "ending at a truth": {"exp": True},
    "made tomorrow": {"iat": _in(days=1)},
    "not yet good": {"nbf": _in(minutes=3)},
    "without an id": {"jti": None},
    "with an empty id": {"jti": ""},
    "with an endless id": {"jti": "x" * 256},
    "from somebody else": {"iss": str(uuid4())},
    "about somebody else": {"sub": str(uuid4())},
    "from nobody": {"iss": None, "sub": None},
    "from no id": {"iss": "puller", "sub": "puller"},
    "from an unknown client": {
        "iss": "0190f5fe-0000-7000-8000-000000000000",
        "sub": "0190f5fe-0000-7000-8000-000000000000",
    },
}


def written(program: Program, **changes: Any) -> str:
    """An assertion with any claim at all: PyJWT refuses to write some of them."""
    claims = {**program.claims(), **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    for name, value in claims.items():
        moment = datetime.now(UTC) + value if isinstance(value, timedelta) else value
        claims[name] = int(moment.timestamp()) if isinstance(moment, datetime) else moment
    payload = json.dumps(claims).encode()
    return jwt.api_jws.encode(payload, program.pair.as_pem(private=True), program.algorithm, {"kid": program.kid})


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=list(BAD_CLAIMS))
async def test_a_signed_assertion_that_says_something_else_is_refused(
    client: httpx.AsyncClient, program: Program, changes: dict[str, Any]
) -> None:
    assert_unproved(await ask(client, written(program, **changes)))


def _encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(program: Program) -> str:
    return jwt.encode(program.claims(), None, algorithm="none", headers={"kid": program.kid})  # type: ignore[arg-type]


def signed_with_the_public_key(program: Program) -> str:
    """The classic: the public key as the secret of an HMAC. PyJWT will not do it, so it is done by hand."""
    now = int(datetime.now(UTC).timestamp())
    claims = {**program.claims(), "iat": now, "exp": now + 60}
    head = f"{_encoded({'alg': 'HS256', 'kid': program.kid})}.{_encoded(claims)}"
    mac = hmac.new(program.pair.as_pem(private=False), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def by_another_key(program: Program) -> str:
    return Program(program.algorithm, program.kid, Program.new().pair, program.client_id).assertion()


BAD_ASSERTIONS = {
    "unsigned": unsigned,
    "HS256 with the public key": signed_with_the_public_key,
    "signed by another key": by_another_key,
    "without a kid": lambda program: jwt.encode(program.claims(), program.pair.as_pem(private=True), "EdDSA"),
    "with a kid that is a number": lambda program: f"{_encoded({'alg': 'EdDSA', 'kid': 7})}.{_encoded({})}.AAAA",
    "with a kid of nobody": lambda program: program.assertion(header={"kid": "nobodys"}),
    "with a critical header": lambda program: program.assertion(header={"crit": ["exp"], "exp": 1}),
    "with its own key": lambda program: program.assertion(header={"jwk": program.jwk}),
    "with the address of a key": lambda program: program.assertion(header={"jku": "https://evil.example"}),
    "cut short": lambda program: program.assertion()[:-10],
    "with two parts": lambda program: program.assertion().rsplit(".", 1)[0],
    "with five parts": lambda program: program.assertion() + ".x.y",
    "without a signature": lambda program: program.assertion().rsplit(".", 1)[0] + ".",
    "of nothing": lambda program: "..",
    "that is a word": lambda program: "assertion",
    "beyond ASCII": lambda program: "ü.ü.ü",
    "with a NUL": lambda program: program.assertion() + "\x00",
    "too long": lambda program: program.assertion(padding="x" * 4000),
    "with claims that are a list": lambda program: (
        f"{_encoded({'alg': 'EdDSA', 'kid': program.kid})}.{_encoded([])}.AA"
    ),
    "nested without end": lambda program: (
        f"{_encoded({'alg': 'EdDSA', 'kid': 'a'})}.{base64.urlsafe_b64encode(b'[' * 2900).decode()}.AA"
    ),
}


@pytest.mark.parametrize("make", BAD_ASSERTIONS.values(), ids=list(BAD_ASSERTIONS))
async def test_a_malformed_assertion_is_refused(client: httpx.AsyncClient, program: Program, make: Any) -> None:
    assert_unproved(await ask(client, make(program)))


@pytest.mark.parametrize("algorithm", ["RS384", "PS256", "RS512"])
async def test_an_algorithm_that_is_not_the_keys_is_refused(
    client: httpx.AsyncClient, admin: str, algorithm: str
) -> None:
    program = await register(client, admin, Program.new("RS256"))
    assert_unproved(await ask(client, program.assertion(algorithm=algorithm)))


async def test_the_key_of_another_client_proves_nothing(client: httpx.AsyncClient, admin: str) -> None:
    one = await register(client, admin, Program.new())
    other = await register(client, admin, Program.new())
    assert_unproved(await ask(client, one.called(other.client_id).assertion()))


async def test_an_assertion_is_used_once(client: httpx.AsyncClient, program: Program) -> None:
    assertion = program.assertion()
    assert (await ask(client, assertion)).status_code == 200
    assert_unproved(await ask(client, assertion))


async def test_an_assertion_sent_ten_times_at_once_is_taken_once(client: httpx.AsyncClient, program: Program) -> None:
    assertion = program.assertion()
    answers = await asyncio.gather(*(ask(client, assertion) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


async def test_two_clients_may_use_the_same_id(client: httpx.AsyncClient, admin: str) -> None:
    programs = [await register(client, admin, Program.new()) for _ in range(2)]
    answers = [await ask(client, one.assertion(jti="1")) for one in programs]
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_two_keys_overlap_and_a_retired_one_proves_nothing(
    client: httpx.AsyncClient, admin: str, program: Program
) -> None:
    one, newer = f"{V1}/clients/{program.client_id}", Program.new("ES256").called(program.client_id)
    body = {"jwk": newer.jwk, "reason": "yearly rotation"}
    added = await client.post(f"{one}/keys", json=body, headers={**bearer(admin), **key()})
    assert added.status_code == 201, added.text
    assert [(await ask(client, each.assertion())).status_code for each in (program, newer)] == [200, 200]
    assert (await client.delete(f"{one}/keys/{program.kid}", headers=bearer(admin))).status_code == 200
    assert_unproved(await ask(client, program.assertion()))
    assert (await ask(client, newer.assertion())).status_code == 200


async def test_a_disabled_client_gets_no_token_until_it_is_enabled(
    client: httpx.AsyncClient, admin: str, program: Program
) -> None:
    one, why = f"{V1}/clients/{program.client_id}", {"reason": "contract ended"}
    await client.post(f"{one}/disable", json=why, headers=bearer(admin))
    assert_unproved(await ask(client, program.assertion()))
    await client.post(f"{one}/enable", json=why, headers=bearer(admin))
    assert (await ask(client, program.assertion())).status_code == 200


async def test_a_client_whose_time_is_up_gets_no_token(
    client: httpx.AsyncClient, admin: str, clock: FixedClock
) -> None:
    program = await register(client, admin, Program.new(), expires_at=(clock.now() + timedelta(seconds=60)).isoformat())
    assert (await ask(client, program.assertion())).status_code == 200
    clock.advance(timedelta(seconds=61))
    assert_unproved(await ask(client, program.assertion()))


@pytest.mark.parametrize(("networks", "status"), [(["127.0.0.1"], 200), (["203.0.113.0/24", "2001:db8::/32"], 401)])
async def test_a_program_is_heard_from_its_own_addresses_alone(
    client: httpx.AsyncClient, admin: str, networks: list[str], status: int
) -> None:
    program = await register(client, admin, Program.new(), addresses=networks)
    assert (await ask(client, program.assertion())).status_code == status


async def test_when_a_program_was_last_used_is_shown(client: httpx.AsyncClient, admin: str, program: Program) -> None:
    async def shown() -> Any:
        answer = await client.get(f"{V1}/clients/{program.client_id}", headers=bearer(admin))
        [item] = (await client.get(f"{V1}/clients", headers=bearer(admin))).json()
        assert item["last_used_at"] == answer.json()["last_used_at"]
        return answer.json()["last_used_at"]

    assert await shown() is None
    await ask(client, program.assertion())
    assert await shown() is not None


async def test_no_answer_holds_more_than_the_public_half_of_a_key(
    client: httpx.AsyncClient, admin: str, program: Program
) -> None:
    text = (await client.get(f"{V1}/clients/{program.client_id}", headers=bearer(admin))).text
    assert program.pair.as_dict(private=True)["d"] not in text
    assert '"jwk"' not in text


BAD_FORMS: dict[str, tuple[dict[str, str], str, int]] = {
    "no grant": ({"grant_type": ""}, "unsupported_grant_type", 400),
    "password": ({"grant_type": "password"}, "unsupported_grant_type", 400),
    "a scope": ({"scope": "payments.withdrawal.list"}, "invalid_scope", 400),
    "another assertion": ({"client_assertion_type": "saml"}, "invalid_client", 401),
    "an empty assertion": ({"client_assertion": ""}, "invalid_client", 401),
    "another client's id": ({"client_id": str(uuid4())}, "invalid_client", 401),
}


@pytest.mark.parametrize(("changes", "error", "status"), BAD_FORMS.values(), ids=list(BAD_FORMS))
async def test_a_form_that_asks_for_something_else_is_refused(
    client: httpx.AsyncClient, program: Program, changes: dict[str, str], error: str, status: int
) -> None:
    assert_refused(await client.post(TOKEN, data=form(program.assertion(), **changes)), error, status)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BAD_BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "JSON": (b'{"grant_type": "client_credentials"}', {"Content-Type": "application/json"}),
    "no type": (b"grant_type=client_credentials", {}),
    "nothing": (b"", FORM),
    "a parameter twice": (b"grant_type=client_credentials&grant_type=client_credentials", FORM),
    "no parameters": (b"grant_type", FORM),
    "broken UTF-8": (b"grant_type=%ff%fe", FORM),
    "raw bytes": (b"grant_type=\xff", FORM),
    "too much": (b"grant_type=" + b"x" * 9000, FORM),
    "two proofs": (b"grant_type=client_credentials", {**FORM, "Authorization": "Basic YTpi"}),
}


@pytest.mark.parametrize(("body", "headers"), BAD_BODIES.values(), ids=list(BAD_BODIES))
async def test_a_body_that_is_no_form_is_refused(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str]
) -> None:
    assert_refused(await client.post(TOKEN, content=body, headers=headers), "invalid_request", 400)


async def test_the_metadata_tells_a_library_all_it_needs(client: httpx.AsyncClient) -> None:
    document = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert (document["issuer"], document["token_endpoint"]) == (ISSUER, ISSUER + TOKEN)
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


RSA_1024 = {
    "kty": "RSA",
    "kid": "short",
    "e": "AQAB",
    "n": base64.urlsafe_b64encode(b"\xf1" * 127 + b"\x01").decode()[:-1],
}
GOOD = Program.new("ES256").jwk
BAD_KEYS: dict[str, tuple[Any, str]] = {
    "private": (Program.new().pair.as_dict(private=True) | {"kid": "a"}, "client_key_is_private"),
    "symmetric": ({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}, "client_key_is_private"),
    "without a kid": ({name: value for name, value in GOOD.items() if name != "kid"}, "client_key_invalid"),
    "with a strange kid": ({**GOOD, "kid": "../../etc"}, "client_key_invalid"),
    "for encryption": ({**GOOD, "use": "enc"}, "client_key_invalid"),
    "of another algorithm": ({**GOOD, "alg": "HS256"}, "client_key_invalid"),
    "on another curve": ({**GOOD, "crv": "P-521"}, "client_key_invalid"),
    "off the curve": ({**GOOD, "x": GOOD["y"], "y": GOOD["x"]}, "client_key_invalid"),
    "of numbers": ({**GOOD, "x": 7}, "client_key_invalid"),
    "of no type": ({"kid": "a"}, "client_key_invalid"),
    "of a list of types": ({**GOOD, "kty": []}, "client_key_invalid"),
    "of an object for an algorithm": ({**GOOD, "alg": {}}, "client_key_invalid"),
    "short RSA": (RSA_1024, "client_key_invalid"),
    "RSA with a strange exponent": ({**Program.new("RS256").jwk, "e": "Aw"}, "client_key_invalid"),
    "no base64": ({**GOOD, "x": "!!!"}, "client_key_invalid"),
    "endless": ({**GOOD, "x": "A" * 2000}, "client_key_invalid"),
}


@pytest.mark.parametrize(("jwk", "code"), BAD_KEYS.values(), ids=list(BAD_KEYS))
async def test_a_key_that_is_none_is_refused_and_not_repeated(
    client: httpx.AsyncClient, admin: str, jwk: Any, code: str
) -> None:
    body = {"name": "puller", "keys": [jwk], **terms()}
    answer = await client.post(f"{V1}/clients", json=body, headers={**bearer(admin), **key()})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert not any(len(str(value)) > 8 and str(value) in answer.text for value in jwk.values())


BAD_TERMS: dict[str, dict[str, Any]] = {
    "a network with a host": {"addresses": ["10.0.0.1/8"]},
    "a name": {"addresses": ["partner.example"]},
    "casinos and all": {"casinos": ["*", str(uuid4())]},
    "no casino": {"casinos": []},
    "for ever": {"expires_at": "2099-01-01T00:00:00Z"},
    "without an offset": {"expires_at": "2026-12-01T00:00:00"},
    "an unknown tier": {"rate_tier": "unlimited"},
    "no reason": {"reason": ""},
}


@pytest.mark.parametrize("changes", BAD_TERMS.values(), ids=list(BAD_TERMS))
async def test_terms_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, admin: str, changes: dict[str, Any]
) -> None:
    body = {"name": "puller", "keys": [Program.new().jwk], **terms(**changes)}
    answer = await client.post(f"{V1}/clients", json=body, headers={**bearer(admin), **key()})
    assert answer.status_code == 422, answer.text


async def test_names_and_keys_belong_to_one_client(client: httpx.AsyncClient, admin: str) -> None:
    one, other = Program.new(), Program.new()
    bodies = [
        {"name": "puller", "keys": [one.jwk], **terms()},
        {"name": "puller", "keys": [other.jwk], **terms()},
        {"name": "another", "keys": [one.jwk], **terms()},
    ]
    answers = [await client.post(f"{V1}/clients", json=body, headers={**bearer(admin), **key()}) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 409, 409]


async def test_two_processes_take_an_assertion_once(
    client: httpx.AsyncClient, service: Service, program: Program
) -> None:
    assertion = program.assertion()
    async with running(http_application(service)) as other:
        answers = await asyncio.gather(*(ask(one, assertion) for one in (client, other) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7

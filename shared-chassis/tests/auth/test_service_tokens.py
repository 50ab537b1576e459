"""Tokens between services."""

import time

import jwt as pyjwt
import pytest
from pydantic import SecretStr

from chassis.auth import ServiceTokens, Unauthenticated

KEY = SecretStr("the key that all services share!")
NOW = int(time.time())
"""Tokens that tests are parametrised with are made now, and looked at whenever their turn comes."""


def forged(key: str = KEY.get_secret_value(), **changes: object) -> str:
    now = int(time.time())
    claims = {"sub": "games", "aud": "payments", "iat": now, "exp": now + 60, **changes}
    return pyjwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm="HS256")


def test_a_service_is_known_by_its_token() -> None:
    assert ServiceTokens("payments", KEY).verify(ServiceTokens("games", KEY).mint("payments")).name == "games"
    assert ServiceTokens("payments", KEY).verify(forged()).name == "games"


def test_a_token_is_made_anew_only_when_it_grows_old() -> None:
    moment = time.time()
    tokens = ServiceTokens("games", KEY, now=lambda: moment)
    first = tokens.mint("payments")
    moment += 39
    assert tokens.mint("payments") == first
    moment += 2
    assert tokens.mint("payments") != first
    assert tokens.mint("security") != tokens.mint("payments")


def test_an_expired_token_is_refused_also_when_it_was_believed_before() -> None:
    moment = time.time()
    tokens = ServiceTokens("payments", KEY, now=lambda: moment)
    token = forged()
    assert tokens.verify(token).name == "games"
    moment += 61
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            tokens.verify(token)


@pytest.mark.parametrize(
    "token",
    [
        forged(aud="security"),
        forged(aud=["payments"]),
        forged(aud=None),
        forged(sub=None),
        forged(sub=""),
        forged(exp=None),
        forged(exp=NOW - 1),
        forged(exp=NOW + 3600),
        forged(iat=None),
        forged(iat=NOW + 600, exp=NOW + 660),
        forged(key="another key of the same length.."),
        pyjwt.encode({"sub": "games", "aud": "payments"}, "", algorithm="none"),
        pyjwt.encode({"sub": "games"}, KEY.get_secret_value() * 2, algorithm="HS512"),
        "",
        "a.b.c",
        "é",
        "x" * 5000,
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        ServiceTokens("payments", KEY, now=lambda: NOW).verify(token)


def test_the_memory_of_tokens_is_bounded() -> None:
    tokens = ServiceTokens("payments", KEY)
    for number in range(1100):
        tokens.verify(forged(sub=f"s{number}"))
    assert len(tokens._verified) <= 1000

"""Policies on their way: the same bytes for the same policy, differences, and signatures."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from chassis.auth.policy.model import Policy
from chassis.auth.policy.signing import (
    BadSignature,
    UnknownKey,
    document_of,
    kind_of,
    new_key,
    public_keys,
    read,
    sign,
)
from chassis.auth.policy.wire import NotAPolicy, WrongBase, apply, decode, decode_delta, delta, encode

from .policies import NOW, policies

KEY = new_key("first")
KEYS = public_keys(document_of({"first": KEY}))


@given(policies())
def test_a_policy_survives_the_way(policy: Policy) -> None:
    assert decode(encode(policy)) == policy
    assert encode(decode(encode(policy))) == encode(policy)


@given(policies(), policies())
def test_old_and_difference_make_new(old: Policy, new: Policy) -> None:
    change = delta(old, new)

    assert apply(old, decode_delta(encode(change))) == new


@given(policies())
def test_the_difference_to_itself_is_empty(policy: Policy) -> None:
    change = delta(policy, replace(policy, version=policy.version + 1))

    assert (change.permissions, change.roles, change.subjects) == ({}, {}, {})


def test_a_difference_to_another_version_is_refused() -> None:
    one = Policy(version=1, issued_at=NOW)

    with pytest.raises(WrongBase):
        apply(one, delta(replace(one, version=2), replace(one, version=3)))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"version":"1"}', b"[" * 5000, b"null"])
def test_what_is_no_policy_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPolicy):
        decode(data)
    with pytest.raises(NotAPolicy):
        decode_delta(data)


def test_what_was_signed_is_read() -> None:
    token = sign(b"what holds", "policy+jws", KEY)

    assert read(token, "policy+jws", KEYS) == b"what holds"
    assert kind_of(token) == "policy+jws"


def test_one_thing_is_not_taken_for_another() -> None:
    with pytest.raises(BadSignature):
        read(sign(b"x", "policy-delta+jws", KEY), "policy+jws", KEYS)


def test_a_key_nobody_knows_is_told_apart() -> None:
    with pytest.raises(UnknownKey):
        read(sign(b"x", "policy+jws", new_key("second")), "policy+jws", KEYS)


def test_another_key_of_the_same_name_signs_nothing() -> None:
    with pytest.raises(BadSignature):
        read(sign(b"x", "policy+jws", new_key("first")), "policy+jws", KEYS)


def _altered(part: int) -> str:
    parts = sign(b'{"version":1}', "policy+jws", KEY).split(".")
    parts[part] = parts[part][:-2] + ("AA" if not parts[part].endswith("AA") else "BB")
    return ".".join(parts)


def _unsigned() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.e30."


def _hmac_with_the_public_key() -> str:
    key = OctKey.import_key(str(KEYS["first"].as_dict(private=False)["x"]))
    header = {"alg": "HS256", "kid": "first", "typ": "policy+jws"}
    return jws.serialize_compact(header, b"{}", key, algorithms=["HS256"])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b.c",
        "é",
        _altered(0),
        _altered(1),
        _altered(2),
        _hmac_with_the_public_key(),
        _unsigned(),
    ],
    ids=["empty", "dots", "letters", "not ascii", "header", "payload", "signature", "hmac", "none"],
)
def test_what_was_not_signed_as_it_should_be_is_refused(token: str) -> None:
    with pytest.raises(BadSignature):
        read(token, "policy+jws", KEYS)


@pytest.mark.parametrize("document", [{}, {"keys": 1}, {"keys": [{"kty": "OKP", "crv": "Ed25519"}]}])
def test_what_is_no_set_of_keys_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="JWKS"):
        public_keys(document)


def test_other_kinds_of_keys_are_left_out() -> None:
    other = OKPKey.generate_key("X25519", {"kid": "x"}, private=False)

    assert public_keys({"keys": [other.as_dict(private=False), {"kty": "EC"}, 7]}) == {}


def test_a_policy_of_many_roles_is_signed_and_read() -> None:
    """Libraries guard against large tokens; a policy is one."""
    payload = b"x" * 8_000_000
    assert (
        read(sign(payload, "policy+jws", KEY), "policy+jws", public_keys(document_of({KEY.kid or "": KEY}))) == payload
    )

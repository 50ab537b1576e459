"""TrueLayer's signature against its published vector, with the official library as a second opinion."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import truelayer_signing as official
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.strategies.providers.truelayer.signature import (
    Message,
    NotSigned,
    Signer,
    private_key,
    public_keys,
    sign,
    verify,
)

VECTOR = json.loads((Path(__file__).parent / "vectors" / "truelayer.json").read_text())
MESSAGE = Message(**{**VECTOR["message"], "body": VECTOR["message"]["body"].encode()})
NOTHING = frozenset[str]()
KEY = ec.generate_private_key(ec.SECP521R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
SIGNER = Signer("k1", PEM)

names = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
messages = st.builds(
    Message,
    st.sampled_from(["POST", "PUT", "DELETE"]),
    plain.map(lambda text: f"/{text}"),
    st.dictionaries(names, plain, max_size=3),
    st.text(max_size=40).map(str.encode),
)
FEW = settings(max_examples=40)


def jwks(key: ec.EllipticCurvePublicKey, key_id: str = "k1", **fields: Any) -> str:
    point = key.public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(66)).rstrip(b"=").decode() for n in (point.x, point.y))
    return json.dumps({"keys": [{"kty": "EC", "crv": "P-521", "kid": key_id, "x": x, "y": y, **fields}]})


def published() -> str:
    key = load_pem_public_key(VECTOR["public_pem"].encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return jwks(key, VECTOR["key_id"])


OURS = jwks(KEY.public_key())


def is_signed(signature: str, message: Message, keys: str = OURS, must_sign: frozenset[str] = NOTHING) -> bool:
    try:
        verify(keys, signature, message, must_sign=must_sign)
    except NotSigned:
        return False
    return True


def flipped(raw: bytes) -> list[bytes]:
    """The bytes with each of their bits flipped, one at a time."""
    return [raw[: n // 8] + bytes([raw[n // 8] ^ (1 << n % 8)]) + raw[n // 8 + 1 :] for n in range(8 * len(raw))]


def test_the_published_signature_verifies() -> None:
    assert is_signed(VECTOR["signature"], MESSAGE, published())


def test_any_flipped_bit_of_the_published_message_is_refused() -> None:
    keys = published()
    for body in flipped(MESSAGE.body):
        assert not is_signed(VECTOR["signature"], replace(MESSAGE, body=body), keys)
    for signature in flipped(VECTOR["signature"].encode()):
        assert not is_signed(signature.decode(errors="replace"), MESSAGE, keys)


@pytest.mark.parametrize(
    "other",
    [
        {"method": "PUT"}, {"path": MESSAGE.path + "/"}, {"headers": {"Idempotency-Key": "other"}}, {"headers": {}},
    ],
)  # fmt: skip
def test_a_signature_of_another_message_is_refused(other: dict[str, Any]) -> None:
    assert not is_signed(VECTOR["signature"], replace(MESSAGE, **other), published())


@FEW
@given(message=messages)
def test_the_official_library_accepts_what_we_sign(message: Message) -> None:
    checker = official.verify_with_pem(PUBLIC_PEM).set_method(official.HttpMethod(message.method))
    checker = checker.set_path(message.path).add_headers(message.headers).set_body(message.body.decode())
    checker.verify(sign(SIGNER, message))


@FEW
@given(message=messages)
def test_we_accept_what_the_official_library_signs(message: Message) -> None:
    signer = official.sign_with_pem("k1", PEM).set_method(official.HttpMethod(message.method))
    signed = signer.set_path(message.path).add_headers(message.headers).set_body(message.body.decode()).sign()
    assert is_signed(signed, message)


@FEW
@given(message=messages)
def test_the_same_message_has_the_same_signature(message: Message) -> None:
    assert sign(SIGNER, message) == sign(SIGNER, message)


def test_header_names_count_in_any_case() -> None:
    lower = {name.lower(): value for name, value in MESSAGE.headers.items()}
    assert is_signed(VECTOR["signature"], replace(MESSAGE, headers=lower), published())


def test_a_header_that_must_be_signed_and_is_not_makes_it_worthless() -> None:
    unsigned = sign(SIGNER, replace(MESSAGE, headers={}))
    assert is_signed(unsigned, MESSAGE)
    assert not is_signed(unsigned, MESSAGE, must_sign=frozenset({"idempotency-key"}))


def test_a_key_of_another_id_does_not_count() -> None:
    assert not is_signed(sign(Signer("k2", PEM), MESSAGE), MESSAGE)


def forged(facts: Any) -> str:
    """A signature with another header before it."""
    header = base64.urlsafe_b64encode(json.dumps(facts).encode()).rstrip(b"=").decode()
    return f"{header}..{sign(SIGNER, MESSAGE).partition('..')[2]}"


HEADER = {"alg": "ES512", "kid": "k1", "tl_version": "2", "tl_headers": "Idempotency-Key"}


@pytest.mark.parametrize(
    "facts",
    [
        {**HEADER, "alg": "none"}, {**HEADER, "alg": "HS512"}, {**HEADER, "tl_version": "1"}, {**HEADER, "kid": 7},
        {**HEADER, "tl_headers": None}, {**HEADER, "tl_headers": "X-Missing"}, {}, [], None, "x",
        {**HEADER, "jku": "https://evil.example/jwks"},
    ],
)  # fmt: skip
def test_a_header_that_promises_something_else_is_refused(facts: Any) -> None:
    assert not is_signed(forged(facts), MESSAGE)


@given(signature=st.text(max_size=60) | st.text("ab.=-_", max_size=30))
def test_no_rubbish_is_a_signature(signature: str) -> None:
    assert not is_signed(signature, MESSAGE)


def test_keys_of_other_kinds_are_passed_over_and_one_of_ours_must_be_there() -> None:
    ours = json.loads(OURS)["keys"]
    mixed = json.dumps({"keys": [{"kty": "RSA", "kid": "r1", "n": "AQAB", "e": "AQAB"}, *ours]})
    assert set(public_keys(mixed)) == {"k1"}


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"keys":[]}', '{"keys":[{"crv":"P-521","kid":"1","x":"AQ","y":"AQ"}]}']
)
def test_what_is_no_jwks_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        public_keys(text)


def test_a_private_key_is_one_of_the_right_curve() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for text in ("", "x", pem, PUBLIC_PEM):
        with pytest.raises(ValueError, match=r".*"):
            private_key(text)

"""Trustly's serialisation and signatures against the vectors of its official clients."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from payments.strategies.providers.trustly.signature import (
    DEEPEST,
    RS256,
    SHA1,
    Signed,
    Unreadable,
    parsed,
    plaintext,
    serialized,
    sign,
    verify,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "trustly.json").read_text())
KEY = rsa.generate_private_key(65_537, 2_048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("vector", VECTORS["serialized"])
def test_data_is_serialised_as_the_official_clients_do(vector: dict[str, Any]) -> None:
    assert serialized(vector["data"]) == vector["serialized"]


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["method"])
def test_the_official_clients_requests_verify(vector: dict[str, Any]) -> None:
    message = Signed(vector["method"], vector["uuid"], vector["data"])
    assert plaintext(message).decode() == vector["plaintext"]
    assert verify(VECTORS["merchant_public_key"], SHA1, vector["signature"], message)


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["method"])
def test_any_flipped_bit_is_refused(vector: dict[str, Any]) -> None:
    key, uuid, data = VECTORS["merchant_public_key"], vector["uuid"], vector["data"]
    signature = base64.b64decode(vector["signature"])
    for place in range(0, len(signature) * 8, 7):
        changed = bytearray(signature)
        changed[place // 8] ^= 1 << place % 8
        other = base64.b64encode(bytes(changed)).decode()
        assert not verify(key, SHA1, other, Signed(vector["method"], uuid, data)), place
    for place in range(len(uuid) * 7):
        letter = chr(ord(uuid[place // 7]) ^ 1 << place % 7)
        message = Signed(vector["method"], uuid[: place // 7] + letter + uuid[place // 7 + 1 :], data)
        assert not verify(key, SHA1, vector["signature"], message), place


@pytest.mark.parametrize("vector", VECTORS["responses"])
def test_trustlys_answers_and_notifications_verify_as_received(vector: dict[str, Any]) -> None:
    message = parsed(vector["raw"].encode())
    part = message.get("result") or message.get("params") or message["error"]["error"]
    method = part.get("method") or message["method"]
    signed = Signed(method, part["uuid"], part["data"])
    assert verify(VECTORS["trustly_public_key"], SHA1, part["signature"], signed) is vector["genuine"]


def test_our_answer_is_signed_as_the_javascript_client_signs_it() -> None:
    vector = VECTORS["js"]
    message = Signed(vector["method"], vector["uuid"], vector["data"])
    assert plaintext(message).decode() == vector["plaintext"]
    assert verify(VECTORS["js_merchant_public_key"], SHA1, vector["signature"], message)


def test_the_newer_form_names_its_algorithm() -> None:
    params = VECTORS["rs256"]["request"]["params"]
    message = Signed("Deposit", params["UUID"], params["Data"])
    assert verify(VECTORS["js_merchant_public_key"], RS256, params["Signature"], message)


@pytest.mark.parametrize("algorithm", [RS256, SHA1])
def test_what_we_sign_verifies_and_nothing_else_does(algorithm: str) -> None:
    message = Signed("credit", "u", {"amount": "1.00"})
    signature = sign(PRIVATE, algorithm, message)
    assert verify(PUBLIC, algorithm, signature, message)
    assert not verify(PUBLIC, algorithm, signature, Signed("credit", "u", {"amount": "2.00"}))
    assert not verify(PUBLIC, algorithm, signature, Signed("debit", "u", {"amount": "1.00"}))
    assert not verify(PUBLIC, algorithm, signature, Signed("credit", "v", {"amount": "1.00"}))


def test_an_account_on_the_newer_form_takes_the_older_no_more() -> None:
    message = Signed("credit", "u", {"amount": "1.00"})
    assert not verify(PUBLIC, RS256, sign(PRIVATE, SHA1, message), message)


@pytest.mark.parametrize("signature", [None, 7, "", "alg=RS256;", "alg=none;AAAA", "alg=RS256;!!", "alg=MD5;AAAA", "ä"])
def test_no_signature_is_not_a_signature(signature: object) -> None:
    assert not verify(PUBLIC, RS256, signature, Signed("credit", "u", {}))


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"7", b"\xff", b'{"a":NaN}', b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"],
)
def test_what_is_no_message_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        parsed(raw)


def test_of_a_key_named_twice_the_last_counts_verified_as_well_as_read() -> None:
    assert parsed(b'{"a":1,"a":2}') == {"a": "2"}
    assert serialized(parsed(b'{"a":1,"a":2}')) == "a2"


def test_objects_within_objects_end_somewhere() -> None:
    deep: object = "x"
    for _ in range(DEEPEST + 1):
        deep = {"a": deep}
    with pytest.raises(Unreadable):
        serialized(deep)


def test_a_lone_surrogate_cannot_be_signed() -> None:
    assert not verify(PUBLIC, RS256, "alg=RS256;AAAA", Signed("credit", "u", {"a": "\ud800"}))


def test_numbers_are_signed_as_they_were_written() -> None:
    assert serialized(parsed(b'{"amount": 20.00, "code": 616, "huge": 1e400}')) == "amount20.00code616huge1e400"


def test_keys_sort_by_bytes_not_by_language() -> None:
    assert serialized({"a": "1", "B": "2", "ä": "3", "Z": "4", "_": "5"}) == "B2Z4_5a1ä3"


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=4))
def test_the_order_of_keys_does_not_matter(data: dict[str, Any]) -> None:
    assert serialized(data) == serialized(dict(reversed(list(data.items()))))

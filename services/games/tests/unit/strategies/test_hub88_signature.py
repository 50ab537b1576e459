"""Signatures, against vectors that nobody here wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from games.strategies.suppliers.hub88 import signature

PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "hub88_signatures.json").read_text(encoding="utf-8")
)
PUBLIC = signature.read_public_key(PUBLISHED["public_key_pem"])
PRIVATE = signature.read_private_key(PUBLISHED["private_key_pem"])
VECTORS = [(one["body"].encode(), one["signature_b64"]) for one in PUBLISHED["vectors"]]


@pytest.mark.parametrize(("body", "signed"), VECTORS)
def test_published_vectors_verify_and_are_made_again(body: bytes, signed: str) -> None:
    assert signature.verified(PUBLIC, signed.encode(), body)
    assert signature.sign(PRIVATE, body) == signed


@pytest.mark.parametrize(("body", "signed"), VECTORS)
def test_a_signature_is_good_for_its_bytes_only(body: bytes, signed: str) -> None:
    assert not signature.verified(PUBLIC, signed.encode(), body + b" ")
    assert not signature.verified(PUBLIC, signed.encode(), body[::-1])


@pytest.mark.parametrize(
    "signed",
    [None, b"", b"no base64!", b"dGVzdA==", VECTORS[1][1].encode(), VECTORS[0][1].encode() + b"\n", b"\xff\xfe"],
)
def test_anything_else_is_no_signature(signed: bytes | None) -> None:
    assert not signature.verified(PUBLIC, signed, VECTORS[0][0])


def _pem(key: Any) -> str:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def test_only_rsa_keys_of_2048_bits_are_keys() -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")).decode()
    for pem in (_pem(small), _pem(curve), locked, "", "no pem"):
        with pytest.raises(ValueError):  # noqa: PT011 - what matters is that it is refused
            signature.read_private_key(pem)
    for other in (small, curve):
        pem = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        with pytest.raises(ValueError, match="2048"):
            signature.read_public_key(pem)

"""TrueLayer's signatures: a JSON web signature over method, path, some headers and the body, which it does not carry.

Source: github.com/TrueLayer/truelayer-signing, "request-signing-v2". It is a detached JWS (RFC 7515, appendix F) with
ES512. Ours are deterministic (RFC 6979), so that the same facts build the same bytes. Whose key signed is looked up by
`kid` among those we hold; the address of keys that a header may name (`jku`) is not followed.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from payments.strategies.providers.reading import section

ALGORITHM: Final = "ES512"
VERSION: Final = "2"

_HALF = 66
"""Bytes of a coordinate of P-521, and of either half of a signature."""


class NotSigned(ValueError):
    """The signature is missing, malformed, or of somebody else."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. The names of `headers` count in any case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the id of a key, and the key itself (PEM)."""

    key_id: str
    private_pem: str


def sign(signer: Signer, message: Message) -> str:
    """The header `Tl-Signature` of a request of ours; every header of the message is signed."""
    names = list(message.headers)
    facts = {"alg": ALGORITHM, "kid": signer.key_id, "tl_version": VERSION, "tl_headers": ",".join(names)}
    header = _encoded(json.dumps(facts, separators=(",", ":")).encode())
    ours = ec.ECDSA(SHA512(), deterministic_signing=True)
    r, s = decode_dss_signature(private_key(signer.private_pem).sign(_signed(header, names, message), ours))
    return f"{header}..{_encoded(r.to_bytes(_HALF, 'big') + s.to_bytes(_HALF, 'big'))}"


def verify(keys: str, signature: str, message: Message, *, must_sign: frozenset[str]) -> None:
    """Raise NotSigned unless one of `keys` (a JWKS) signed the message, and in it the headers `must_sign`."""
    header, _, rest = signature.partition("..")
    facts = section(_json(_decoded(header)))
    names = facts.get("tl_headers")
    if facts.get("alg") != ALGORITHM or facts.get("tl_version") != VERSION or not isinstance(names, str):
        raise NotSigned("not a signature of this version")
    key, listed = public_keys(keys).get(str(facts.get("kid"))), [name for name in names.split(",") if name]
    if key is None or not must_sign <= {name.lower() for name in listed}:
        raise NotSigned("of an unknown key, or of too little")
    raw = _decoded(rest)
    if len(raw) != 2 * _HALF:
        raise NotSigned("of another length")
    halves = encode_dss_signature(int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))
    try:
        key.verify(halves, _signed(header, listed, message), ec.ECDSA(SHA512()))
    except InvalidSignature:
        raise NotSigned("of something else") from None


@lru_cache(maxsize=256)
def private_key(pem: str) -> ec.EllipticCurvePrivateKey:
    """Our key; ValueError when it is not a private key of the curve P-521 in PEM."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("not a private key") from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP521R1):
        return key
    raise ValueError("not a key of the curve P-521")


@lru_cache(maxsize=256)
def public_keys(jwks: str) -> Mapping[str, ec.EllipticCurvePublicKey]:
    """TrueLayer's keys by their ids; ValueError when there is none of the curve P-521, or one is malformed."""
    listed = section(_json(jwks.encode())).get("keys")
    found = {
        str(key["kid"]): _public(key)
        for key in map(section, listed if isinstance(listed, list) else ())
        if key.get("crv") == "P-521" and "kid" in key
    }
    if not found:
        raise ValueError("no key of the curve P-521")
    return found


def _public(key: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(_decoded(str(key.get(name)))) for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP521R1()).public_key()


def _signed(header: str, names: list[str], message: Message) -> bytes:
    """The bytes that are signed: the JWS header as it was written, and the payload that is left out."""
    given = {name.lower(): value for name, value in message.headers.items()}
    missing = [name for name in names if name.lower() not in given]
    if missing:
        raise NotSigned("a signed header is missing")
    lines = [f"{message.method} {message.path}", *(f"{name}: {given[name.lower()]}" for name in names)]
    payload = "".join(f"{line}\n" for line in lines).encode(errors="replace") + message.body
    return f"{header}.{_encoded(payload)}".encode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned("not base64url") from None


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raise NotSigned("not JSON") from None

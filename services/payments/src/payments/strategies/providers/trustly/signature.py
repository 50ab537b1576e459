"""Trustly's signatures: RSA over method, UUID and the data, serialised by its own rule.

What is verified is the JSON as it was received, never a typed reading of it: a field we do not know is signed as well.
Keys sort by code point, which for UTF-8 is the order of the bytes; a locale's order would break the signature.
"""

import base64
import binascii
import json
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

DEEPEST = 200
"""Objects within objects; Trustly's own messages have three."""

_PREFIXED: dict[str, hashes.HashAlgorithm] = {
    "alg=RS256;": hashes.SHA256(),
    "alg=RS384;": hashes.SHA384(),
    "alg=RS512;": hashes.SHA512(),
}
SHA1, RS256 = "SHA1", "RS256"
ALGORITHMS = (RS256, SHA1)
"""How a casino's account signs. SHA1 is the older form, without a prefix, for accounts not moved to RS256 yet."""


class Unreadable(ValueError):
    """Not JSON as the protocol knows it."""


class Signed(NamedTuple):
    """What a signature covers: the method, the UUID and the data of a request, a response or a notification."""

    method: str
    uuid: str
    data: object


def parsed(raw: bytes) -> dict[str, Any]:
    """A JSON object with numbers kept as they were written, since they are part of what was signed.

    Raises:
        Unreadable: it is no object, goes too deep, or holds what is no JSON. Of a key that is named twice the last
            counts, verified as well as read.
    """
    try:
        value = json.loads(raw.decode(), parse_float=str, parse_int=str, parse_constant=_refuse, strict=False)
    except (ValueError, RecursionError):
        raise Unreadable("not a JSON object") from None
    if not isinstance(value, dict):
        raise Unreadable("not a JSON object")
    return value


def serialized(value: object, depth: int = 0) -> str:
    """Keys and values in one string, keys sorted at every level, null as nothing.

    >>> serialized({"b": ["x", {"d": None}], "a": "1"})
    'a1bxd'
    """
    if depth > DEEPEST:
        raise Unreadable("objects within objects without end")
    if isinstance(value, dict):
        return "".join(f"{key}{serialized(value[key], depth + 1)}" for key in sorted(value))
    if isinstance(value, list):
        return "".join(serialized(one, depth + 1) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def plaintext(message: Signed) -> bytes:
    """The bytes that are signed; half a character, which UTF-8 cannot write, as a question mark."""
    return f"{message.method}{message.uuid}{serialized(message.data)}".encode(errors="replace")


def sign(private_key_pem: str, algorithm: str, message: Signed) -> str:
    """The signature of a message of ours in the account's form."""
    sha1 = algorithm == SHA1
    digest: hashes.HashAlgorithm = hashes.SHA1() if sha1 else hashes.SHA256()  # noqa: S303 - the protocol's older form
    signature = private_key(private_key_pem).sign(plaintext(message), padding.PKCS1v15(), digest)
    return ("" if sha1 else "alg=RS256;") + base64.b64encode(signature).decode()


def verify(public_key_pem: str, algorithm: str, signature: object, message: Signed) -> bool:
    """Whether a message is Trustly's. An account on RS256 does not take the older form any more."""
    if not isinstance(signature, str):
        return False
    prefix, _, rest = signature.rpartition(";")
    digest = _PREFIXED.get(f"{prefix};") if prefix else (hashes.SHA1() if algorithm == SHA1 else None)  # noqa: S303
    if digest is None:
        return False
    try:
        raw = base64.b64decode(rest, validate=True)
        public_key(public_key_pem).verify(raw, plaintext(message), padding.PKCS1v15(), digest)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """Our key; ValueError when it is not an RSA private key in PEM."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("not an RSA private key") from error
    if isinstance(key, rsa.RSAPrivateKey):
        return key
    raise ValueError("not an RSA private key")


@lru_cache(maxsize=256)
def public_key(pem: str) -> rsa.RSAPublicKey:
    """Trustly's key; ValueError when it is not an RSA public key in PEM."""
    try:
        key = load_pem_public_key(pem.encode())
    except UnsupportedAlgorithm as error:
        raise ValueError("not an RSA public key") from error
    if isinstance(key, rsa.RSAPublicKey):
        return key
    raise ValueError("not an RSA public key")


def _refuse(constant: str) -> str:
    raise Unreadable(f"{constant} is no JSON")

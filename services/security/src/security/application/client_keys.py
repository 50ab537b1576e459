"""The public keys that partners' programs prove themselves with: read from JWKs (RFC 7517), never private ones."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chassis.domain import Invalid
from security.domain.client.commands import Key
from security.domain.client.events import Algorithm

ALGORITHMS: Final[dict[str, Algorithm]] = {"EC": "ES256", "OKP": "EdDSA", "RSA": "RS256"}
"""What a key of each type signs with, and nothing else: an algorithm belongs to the key, not to a message."""

RSA_BITS: Final = range(2048, 4097)

_CURVES: Final = {"EC": "P-256", "OKP": "Ed25519"}
_MEMBERS: Final = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_MEMBER: Final = 1024
_EXPONENT: Final = 65537

PublicKey = ECKey | OKPKey | RSAKey


class ClientKeyInvalid(Invalid):
    """A key is a public JWK with an id: Ed25519, P-256, or RSA of 2048 to 4096 bits."""

    code: ClassVar[str] = "client_key_invalid"


class ClientKeyIsPrivate(Invalid):
    """The private half was sent along: whoever sends it has given the key away, and must make another."""

    code: ClassVar[str] = "client_key_is_private"


def keys_of(given: Sequence[Mapping[str, Any]]) -> tuple[Key, ...]:
    """Each JWK as a key.

    Raises:
        ClientKeyIsPrivate, ClientKeyInvalid: one of them is none we take; nothing of it is repeated.
    """
    return tuple(key_of(jwk, f"keys[{place}]") for place, jwk in enumerate(given))


def key_of(jwk: Mapping[str, Any], field: str = "jwk") -> Key:
    """One JWK as a key; raises as `keys_of` does."""
    if _PRIVATE & jwk.keys():
        raise ClientKeyIsPrivate("Send the public half alone. This key is spoilt: make another.", field=field)
    kid, kind = jwk.get("kid"), jwk.get("kty")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise ClientKeyInvalid("`kid` names the key: 1 to 64 of A-Z a-z 0-9 . _ -", field=field)
    if not isinstance(kind, str) or kind not in ALGORITHMS or jwk.get("use", "sig") != "sig":
        raise ClientKeyInvalid("A key for signatures is needed: Ed25519, P-256 or RSA.", field=field)
    algorithm = ALGORITHMS[kind]
    if jwk.get("alg", algorithm) not in (algorithm, "Ed25519" if kind == "OKP" else algorithm):
        raise ClientKeyInvalid(f"This key signs with {algorithm}.", field=field)
    members = {name: jwk.get(name) for name in _MEMBERS[kind]}
    if not all(isinstance(one, str) and len(one) <= _LONGEST_MEMBER for one in members.values()):
        raise ClientKeyInvalid(f"Its members are {', '.join(_MEMBERS[kind])}.", field=field)
    if members.get("crv") != _CURVES.get(kind):
        raise ClientKeyInvalid(f"The curve is {_CURVES[kind]}.", field=field)
    public = {name: str(one) for name, one in members.items()}
    return Key(kid=kid, algorithm=algorithm, thumbprint=_checked(public, field).thumbprint(), jwk=public)


def public_key(jwk: Mapping[str, str]) -> PublicKey:
    """The key that `Key.jwk` describes; JoseError or ValueError when it describes none."""
    members: dict[str, str | list[str]] = dict(jwk)
    match members["kty"]:
        case "EC":
            return ECKey.import_key(members)
        case "OKP":
            return OKPKey.import_key(members)
        case _:
            return RSAKey.import_key(members)


def _checked(public: Mapping[str, str], field: str) -> PublicKey:
    try:
        if public["kty"] == "RSA" and _number(public["n"]).bit_length() not in RSA_BITS:
            raise ClientKeyInvalid("RSA keys have 2048 to 4096 bits.", field=field)
        key = public_key(public)
        if isinstance(key, RSAKey) and key.public_key.public_numbers().e != _EXPONENT:
            raise ClientKeyInvalid("The exponent of an RSA key is 65537.", field=field)
    except (JoseError, ValueError, TypeError) as error:
        raise ClientKeyInvalid("This is no public key.", field=field) from error
    return key


def _number(text: str) -> int:
    """A Base64urlUInt (RFC 7518 section 2); ValueError otherwise."""
    return int.from_bytes(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))

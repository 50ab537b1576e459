"""Policies are signed: Ed25519 (RFC 8037, RFC 9864) in a compact JWS (RFC 7515). Who carries one cannot change it."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

Kind = Literal["policy+jws", "policy-delta+jws", "policy-confirmed+jws"]
"""What was signed; it stands in the header `typ`, so that one thing is never taken for another."""

KINDS: Final[tuple[Kind, ...]] = ("policy+jws", "policy-delta+jws", "policy-confirmed+jws")

_ALGORITHM: Final = "Ed25519"


class _OfPolicies(jws.JWSRegistry):
    """The library takes no more than 128,000 bytes, which is fewer than a hundred roles have."""

    max_payload_length = 32 * 1024 * 1024


_REGISTRY: Final = _OfPolicies(algorithms=[_ALGORITHM])


class BadSignature(ValueError):
    """It was not signed by a key we know, or is something else than was expected."""


class UnknownKey(BadSignature):
    """It names a key we do not know: perhaps one that is newer than ours."""


def new_key(kid: str) -> OKPKey:
    """A private key with this id."""
    return OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"}, private=True)


def sign(payload: bytes, kind: Kind, key: OKPKey) -> str:
    """The payload with its signature, as text."""
    header = {"alg": _ALGORITHM, "kid": key.kid, "typ": kind}
    return jws.serialize_compact(header, payload, key, registry=_REGISTRY)


def read(token: str, kind: Kind, keys: Mapping[str, OKPKey]) -> bytes:
    """What was signed; BadSignature when it was not, UnknownKey when nobody can tell."""
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY).headers()
        if header.get("alg") != _ALGORITHM or header.get("typ") != kind or "crit" in header:
            raise BadSignature("not signed as it should be")
        key = keys.get(str(header.get("kid")))
        if key is None:
            raise UnknownKey("signed by a key nobody here knows")
        found = jws.deserialize_compact(token, key, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError) as error:
        if isinstance(error, BadSignature):
            raise
        raise BadSignature("not a signature") from error
    if found.payload is None:
        raise BadSignature("nothing was signed")
    return found.payload


def kind_of(token: str) -> Kind | None:
    """What a token says it is, before anybody believes it."""
    try:
        typ = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY).headers().get("typ")
    except (JoseError, ValueError, TypeError):
        return None
    return next((kind for kind in KINDS if kind == typ), None)


def public_keys(document: Mapping[str, Any]) -> dict[str, OKPKey]:
    """The Ed25519 keys of a JWKS document by id; other keys are left out. ValueError when it is no such document."""
    entries = document.get("keys")
    if entries is None or not isinstance(entries, list):
        raise ValueError("not a JWKS document")
    keys: dict[str, OKPKey] = {}
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519":
            public = {name: entry[name] for name in ("kty", "crv", "x", "kid") if name in entry}
            try:
                keys[str(entry["kid"])] = OKPKey.import_key(public)
            except (JoseError, ValueError, KeyError) as error:
                raise ValueError("not a JWKS document") from error
    return keys


def document_of(keys: Mapping[str, OKPKey]) -> dict[str, Any]:
    """The public halves as a JWKS document."""
    return {"keys": [key.as_dict(private=False) for _, key in sorted(keys.items())]}

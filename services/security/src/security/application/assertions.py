"""Client assertions (RFC 7523 section 3): a short JWT with which a program proves that it has the private key.

What is wrong with an assertion is told to our log alone. Whoever sends it learns that it was refused.
"""

import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError

from security.application.client_keys import PublicKey

LONGEST_LIFE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=5)
ACCEPTED: Final = frozenset({"ES256", "EdDSA", "Ed25519", "RS256"})
"""The algorithms, all asymmetric. `Ed25519` is the newer name of `EdDSA` over that curve (RFC 9864)."""

_MOST_CHARACTERS: Final = 4096
_LONGEST_ID: Final = 255
_LATEST: Final = 2**40


class AssertionRefused(Exception):
    """The assertion proves nothing. The text is for our logs; it is one of a few, and holds nothing of the assertion.

    Attributes:
        client_id: the client it said it is from, where there is one.
    """

    client_id: UUID | None = None


class ClientUnknown(AssertionRefused):
    """There is no such client."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whose an assertion claims to be, before anything of it is believed."""

    client_id: UUID
    kid: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What a good assertion says: its id, which is used once, and until when it is to be remembered."""

    jti: str
    expires_at: datetime


def claimed(assertion: str) -> Claimed:
    """Who the assertion says it is from; AssertionRefused when it is no JWT, or one we do not look at."""
    if len(assertion) > _MOST_CHARACTERS or not assertion.isascii():
        raise AssertionRefused("too long, or not ASCII")
    try:
        parsed = jws.extract_compact(assertion.encode())
        header, claims = parsed.headers(), _claims(parsed.payload)
        kid, algorithm, subject = header.get("kid"), header.get("alg"), claims.get("sub")
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise AssertionRefused("no JWT") from error
    if not isinstance(algorithm, str) or algorithm not in ACCEPTED:
        raise AssertionRefused("its algorithm is not accepted")
    if set(header) - {"alg", "kid", "typ"} or not isinstance(kid, str) or len(kid) > _LONGEST_ID:
        raise AssertionRefused("its header has no kid, or more than is understood")
    if not isinstance(subject, str) or claims.get("iss") != subject:
        raise AssertionRefused("issuer and subject are not one client")
    try:
        return Claimed(UUID(subject), kid, algorithm)
    except ValueError as error:
        raise AssertionRefused("its subject is no client id") from error


def prove(assertion: str, key: PublicKey, algorithm: str, audiences: Collection[str], now: datetime) -> Proved:
    """Check the signature and the claims.

    Args:
        algorithm: what the key signs with, as it was registered: what the header says is only compared with it.
        audiences: our issuer and the address of the token endpoint.

    Raises:
        AssertionRefused: it proves nothing.
    """
    try:
        parsed = jws.deserialize_compact(assertion, key, registry=_Registry(algorithms=_names(algorithm)))
        claims = _claims(parsed.payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise AssertionRefused("its signature is not the key's") from error
    if not _is_for(claims.get("aud"), audiences):
        raise AssertionRefused("it is for somebody else")
    expires = _moment(claims, "exp")
    if expires is None or not now - LEEWAY < expires <= now + LONGEST_LIFE + LEEWAY:
        raise AssertionRefused("it has expired, or lives too long")
    for name in ("iat", "nbf"):
        if name in claims and not _is_past(_moment(claims, name), now):
            raise AssertionRefused(f"its {name} is still to come")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_ID:
        raise AssertionRefused("it has no id")
    return Proved(jti, expires + LEEWAY)


class _Registry(jws.JWSRegistry):
    """The registry of the library without its warning that `EdDSA` has a newer name: partners' libraries still say it.

    Which algorithms are allowed at all is checked as before.
    """

    def get_alg(self, name: str) -> Any:
        if self.allowed and name in self.allowed:
            return self.algorithms[name]
        return super().get_alg(name)


def _names(algorithm: str) -> frozenset[str]:
    return frozenset({"EdDSA", "Ed25519"} if algorithm == "EdDSA" else {algorithm})


def _claims(payload: bytes) -> Mapping[str, Any]:
    claims = json.loads(payload)
    if not isinstance(claims, dict):
        raise TypeError("claims are an object")
    return claims


def _is_for(audience: Any, audiences: Collection[str]) -> bool:
    """RFC 7523 section 3: one of ours, and nobody's besides, or whoever else it is for could use it here."""
    one = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
    return isinstance(one, str) and any(hmac.compare_digest(one.encode(), ours.encode()) for ours in audiences)


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now + LEEWAY


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    """PyJWT and others write whole seconds, some libraries fractions; anything else is no moment."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)

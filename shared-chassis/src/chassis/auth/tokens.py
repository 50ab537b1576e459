"""Verifying the access tokens of staff and players: ES256, signed by security, checked here without asking it."""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final, Protocol
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from chassis.auth.caller import Caller, CallerKind, RateTier
from chassis.auth.errors import Unauthenticated

ISSUER: Final = "pitboss-security"
AUDIENCE: Final = "pitboss"

_ALGORITHM: Final = "ES256"
_LEEWAY_S: Final = 5
_CACHED_S: Final = 30.0
_MOST_CACHED: Final = 10_000
_MOST_CHARACTERS: Final = 16_384
_LATEST: Final = 2**40  # seconds; what is later fits no clock, and at some size no number
_KINDS: Final[dict[str, CallerKind]] = {"staff": "staff", "player": "player", "client": "client"}
_TIERS: Final[dict[str, RateTier]] = {"low": "low", "standard": "standard", "high": "high"}


class KeySource(Protocol):
    """Where public keys come from."""

    async def key(self, kid: str) -> ECKey | None:
        """The key with this id; None when there is none.

        Raises:
            KeysUnavailable: nobody could be asked, and nothing is remembered.
        """
        ...


class Verifier(Protocol):
    """Turns an access token into a caller."""

    async def verify(self, token: str) -> Caller:
        """The caller; Unauthenticated when the token cannot be believed."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    until: float


class TokenVerifier:
    """Checks signature, issuer, audience and times, and remembers good tokens for at most 30 seconds.

    A remembered token costs one SHA-256; a new one about a tenth of a millisecond.
    """

    def __init__(self, keys: KeySource, *, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._now = now
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """The caller behind a token; Unauthenticated when it cannot be believed, for whatever reason."""
        if len(token) > _MOST_CHARACTERS:
            raise Unauthenticated
        moment = self._now()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None and known.until > moment:
            return known.caller
        caller = _caller_of(await self._claims(token), moment)
        self._known[digest] = _Known(caller, min(float(caller.expires_at), moment + _CACHED_S))
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_CACHED:
            self._known.popitem(last=False)
        return caller

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            kid = header.get("kid")
            if header.get("alg") != _ALGORITHM or "crit" in header or not isinstance(kid, str):
                raise Unauthenticated
            key = await self._keys.key(kid)
            if key is None:
                raise Unauthenticated
            signed = jws.deserialize_compact(token, key, algorithms=[_ALGORITHM])
            return _claims_in(signed.payload or b"")
        except (JoseError, ValueError, TypeError) as error:
            raise Unauthenticated from error


def _caller_of(claims: Mapping[str, Any], moment: float) -> Caller:
    try:
        if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
            raise Unauthenticated
        expires, issued, not_before = _moment(claims, "exp"), _moment(claims, "iat"), claims.get("nbf")
        if expires <= moment:
            raise Unauthenticated("The access token has expired.")
        if issued > moment + _LEEWAY_S or (not_before is not None and _moment(claims, "nbf") > moment + _LEEWAY_S):
            raise Unauthenticated
        kind = _KINDS[claims["kind"]]
        casino = claims.get("casino")
        if (kind == "player") != (casino is not None):
            raise Unauthenticated
        return Caller(
            kind=kind,
            id=UUID(claims["sub"]),
            name=claims["sub"],
            session_id=UUID(claims["sid"]),
            networks=_networks(claims.get("net", [])),
            casino_id=UUID(casino) if casino is not None else None,
            policy_version=_version(claims),
            issued_at=issued,
            must_change_password=claims.get("pwc") is True,
            must_add_factor=claims.get("fac") is True,
            authenticated_at=_moment(claims, "auth_time") if "auth_time" in claims else None,
            amr=_methods(claims.get("amr")),
            acting_for=_acting(claims.get("act"), kind),
            breakglass=UUID(claims["bg"]) if "bg" in claims else None,
            rate_tier=_TIERS[claims.get("tier", "standard")],
            expires_at=expires,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unauthenticated from error


def _claims_in(payload: bytes) -> Mapping[str, Any]:
    claims = json.loads(payload, object_pairs_hook=_each_once)
    if not isinstance(claims, dict):
        raise TypeError("claims are an object")
    return claims


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A claim that is given twice could be read in two ways by two programs."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a claim is given twice")
    return found


def _networks(net: Any) -> tuple[str, ...]:
    if not isinstance(net, list):
        raise TypeError("net is a list of networks")
    return tuple(str(ip_network(one)) for one in net)


def _version(claims: Mapping[str, Any]) -> int:
    return _moment(claims, "pv") if "pv" in claims else 0


def _methods(amr: Any) -> frozenset[str]:
    if amr is None:
        return frozenset()
    if not isinstance(amr, list) or not all(isinstance(one, str) for one in amr):
        raise TypeError("amr is a list of texts")
    return frozenset(amr)


def _acting(act: Any, kind: CallerKind) -> UUID | None:
    """Staff may look at things as a player does; nobody acts as a colleague."""
    if act is None:
        return None
    if kind != "player":
        raise ValueError("only players are looked at")
    return UUID(act["sub"])


def _moment(claims: Mapping[str, Any], name: str) -> int:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number of seconds")
    if not 0 <= value <= _LATEST:
        raise ValueError(f"{name} is no moment")
    return value

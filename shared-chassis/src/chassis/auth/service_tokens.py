"""How one of our services proves to another who it is: a short HMAC token made from the key they share."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

from chassis.auth.caller import Caller
from chassis.auth.errors import Unauthenticated

_ALGORITHM: Final = "HS256"
_LIFETIME_S: Final = 60
_RENEW_BEFORE_S: Final = 20
_LEEWAY_S: Final = 5
_MOST_CACHED: Final = 1000
_MOST_CHARACTERS: Final = 2048


@dataclass(frozen=True, slots=True)
class _Known:
    value: str
    until: float


class ServiceTokens:
    """Makes and checks service tokens: HS256, `aud` the service called, `sub` the caller, 60 seconds.

    >>> key = SecretStr("k" * 32)
    >>> token = ServiceTokens("games", key).mint("payments")
    >>> ServiceTokens("payments", key).verify(token).name
    'games'
    """

    def __init__(self, service: str, internal_key: SecretStr, *, now: Callable[[], float] = time.time) -> None:
        self.service = service
        self._key = OctKey.import_key(internal_key.get_secret_value())
        self._now = now
        self._minted: dict[str, _Known] = {}
        self._verified: dict[str, _Known] = {}

    def mint(self, audience: str) -> str:
        """A token for calling `audience`; the same one as long as it has a good while to live."""
        moment = self._now()
        known = self._minted.get(audience)
        if known is None or known.until < moment:
            issued = int(moment)
            claims = {"sub": self.service, "aud": audience, "iat": issued, "exp": issued + _LIFETIME_S}
            token = jwt.encode({"alg": _ALGORITHM, "typ": "JWT"}, claims, self._key, algorithms=[_ALGORITHM])
            known = self._minted[audience] = _Known(token, moment + _LIFETIME_S - _RENEW_BEFORE_S)
        return known.value

    def verify(self, token: str) -> Caller:
        """The service that calls us; Unauthenticated when the token is not one made for us, or no longer good."""
        moment = self._now()
        known = self._verified.get(token)
        if known is None:
            if len(self._verified) >= _MOST_CACHED:
                self._verified.clear()
            known = self._verified[token] = self._check(token, moment)
        if known.until <= moment:
            del self._verified[token]
            raise Unauthenticated("The service token has expired.")
        return Caller.service(known.value)

    def _check(self, token: str, moment: float) -> _Known:
        if len(token) > _MOST_CHARACTERS:
            raise Unauthenticated
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise Unauthenticated from error
        subject, expires, issued = claims.get("sub"), claims.get("exp"), claims.get("iat")
        if claims.get("aud") != self.service or not isinstance(subject, str) or not subject:
            raise Unauthenticated
        if not isinstance(expires, int) or not isinstance(issued, int) or expires - issued > _LIFETIME_S:
            raise Unauthenticated
        if issued > moment + _LEEWAY_S:
            raise Unauthenticated
        return _Known(subject, float(expires))

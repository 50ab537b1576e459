"""The public keys of security: fetched when needed, kept when security is down."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from chassis.domain import DomainError
from chassis.tls import believed

_FRESH_S: Final = 300.0
_NOT_AGAIN_WITHIN_S: Final = 3.0
_TIMEOUT_S: Final = 3.0
_PATH: Final = "/.well-known/jwks.json"


class KeysUnavailable(DomainError):
    """Security cannot be asked for its keys, and none are remembered yet."""

    code = "keys_unavailable"
    status = 503

    def __init__(self) -> None:
        super().__init__("Access tokens cannot be checked at the moment.")


def parse_keys(document: Mapping[str, Any]) -> dict[str, ECKey]:
    """The ES256 keys of a JWKS document by id. Other keys are left out; ValueError when it is no such document."""
    keys: dict[str, ECKey] = {}
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if entries is None or not isinstance(entries, list):
        raise ValueError("not a JWKS document")
    for entry in entries:
        if not isinstance(entry, Mapping) or entry.get("kty") != "EC" or entry.get("crv") != "P-256":
            continue
        if isinstance(entry.get("kid"), str) and entry.get("use", "sig") == "sig":
            public = {name: entry[name] for name in ("kty", "crv", "x", "y", "kid") if name in entry}
            try:
                keys[str(entry["kid"])] = ECKey.import_key(public)
            except (JoseError, ValueError) as error:
                raise ValueError("not a JWKS document") from error
    return keys


class RemoteKeys:
    """The keys at `{security_url}/.well-known/jwks.json`.

    They are fetched again after five minutes, and at once for an unknown key id (a rotation) but not more often than
    every three seconds, so that forged ids cannot make us hammer security. Old keys stay while security is down.
    """

    def __init__(
        self,
        security_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = security_url.rstrip("/") + _PATH
        self._transport = transport
        self._monotonic = monotonic
        self._keys: dict[str, ECKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> ECKey | None:
        """The key with this id; None when there is none; KeysUnavailable when no key was ever obtained."""
        known = self._keys.get(kid)
        if known is not None:
            if self._stale() and (self._renewal is None or self._renewal.done()):
                self._renewal = asyncio.create_task(self._refresh())  # Nobody waits for it: the old key is good.
            return known
        async with self._lock:
            if kid not in self._keys:
                await self._refresh()
        if not self._keys:
            raise KeysUnavailable
        return self._keys.get(kid)

    def _stale(self) -> bool:
        return self._fetched_at is None or self._monotonic() - self._fetched_at > _FRESH_S

    async def _refresh(self) -> None:
        moment = self._monotonic()
        if self._tried_at is not None and moment - self._tried_at < _NOT_AGAIN_WITHIN_S:
            return
        self._tried_at = moment
        try:
            async with httpx.AsyncClient(
                transport=self._transport, timeout=_TIMEOUT_S, verify=believed(), trust_env=False
            ) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
                keys = parse_keys(answer.json())
        except (httpx.HTTPError, ValueError):
            return
        if keys:
            self._keys, self._fetched_at = keys, moment


class LocalKeys:
    """Keys this process has itself, as security does. `keys` is asked each time, so a rotation shows at once."""

    def __init__(self, keys: Callable[[], Mapping[str, ECKey]]) -> None:
        self._keys = keys

    async def key(self, kid: str) -> ECKey | None:
        return self._keys().get(kid)

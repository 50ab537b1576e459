"""The public keys of partners' programs: security's list, held here, so that a signature costs no request."""

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.signed_requests import SigningClient
from chassis.tls import believed

log = structlog.get_logger(__name__)

PATH: Final = "/internal/v1/client-keys"

_FRESH_S: Final = 30.0
_STALE_S: Final = 600.0
_NOT_AGAIN_WITHIN_S: Final = 3.0
_TIMEOUT_S: Final = 3.0

_Keys = dict[tuple[UUID, str], SigningClient]


class RemoteClientKeys:
    """The keys that security lists at `/internal/v1/client-keys`.

    A list older than half a minute is fetched anew, so a key that is retired opens nothing half a minute later; without
    security the old list is good for ten minutes, and nothing after that. An unknown key has the list fetched at once,
    but not more often than every three seconds.
    """

    def __init__(
        self,
        security_url: str,
        services: ServiceTokens,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = security_url.rstrip("/") + PATH
        self._services = services
        self._transport = transport
        self._monotonic = monotonic
        self._keys: _Keys = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, client_id: UUID, kid: str) -> SigningClient | None:
        """The client with this key; None when there is none, or nobody could say so for too long."""
        if self._age() > _FRESH_S or (client_id, kid) not in self._keys:
            async with self._lock:
                await self._refresh((client_id, kid))
        return self._keys.get((client_id, kid)) if self._age() <= _STALE_S else None

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    async def _refresh(self, wanted: tuple[UUID, str]) -> None:
        moment = self._monotonic()
        if self._age() <= _FRESH_S and wanted in self._keys:
            return  # Whoever held the lock before has fetched it.
        if self._tried_at is not None and moment - self._tried_at < _NOT_AGAIN_WITHIN_S:
            return
        self._tried_at = moment
        headers = {"Authorization": f"Bearer {self._services.mint('security')}"}
        try:
            async with httpx.AsyncClient(
                transport=self._transport, timeout=_TIMEOUT_S, verify=believed(), trust_env=False
            ) as client:
                answer = await client.get(self._url, headers=headers)
                answer.raise_for_status()
                self._keys, self._fetched_at = parse_client_keys(answer.json()), moment
        except (httpx.HTTPError, ValueError, TypeError, KeyError) as error:
            log.warning("client_keys_unavailable", error=type(error).__name__)


def parse_client_keys(document: Mapping[str, Any]) -> _Keys:
    """The list as security gives it; KeyError, TypeError or ValueError when it is none."""
    return {
        (UUID(one["client_id"]), str(one["kid"])): SigningClient(
            UUID(one["client_id"]),
            Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(one["x"] + "=" * (-len(one["x"]) % 4))),
            tuple(map(str, one["networks"])),
        )
        for one in document["keys"]
    }

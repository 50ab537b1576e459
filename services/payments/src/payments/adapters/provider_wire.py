"""Makes the calls that strategies build. Whatever goes wrong is no answer here, or that nothing was sent."""

import asyncio
from typing import Final
from weakref import WeakValueDictionary

import httpx
import structlog

from chassis.tls import believed
from payments.application.ports import HttpAnswer, HttpCall, NotSent

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 10.0
LONGEST_ANSWER = 1_000_000

PLACES = 50
"""Calls to one host at the same time. Each host has its own: one that hangs takes none from the others."""

PLACE_TIMEOUT_S = 3.0
"""How long a call waits for a place, before the time for its answer begins."""

_NO_LIMIT: Final = httpx.Limits(max_connections=None, max_keepalive_connections=None)
"""A limit for all of them together would be held by the host that hangs; the places of each are the limit."""


class HttpProviderWire:
    """Implements `ProviderWire`. Redirects are not followed and the environment's proxies are not used."""

    def __init__(
        self,
        client: httpx.AsyncClient | None = None,
        *,
        places: int = PLACES,
        place_timeout_s: float = PLACE_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._client = client or httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
            verify=believed(),
            trust_env=False,
            limits=_NO_LIMIT,
        )
        self._most = places
        self._place_timeout_s = place_timeout_s
        self._answer_timeout_s = answer_timeout_s
        # Kept while somebody holds or waits for one of its places.
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, call: HttpCall) -> HttpAnswer | NotSent | None:
        """See ProviderWire."""
        if not all(map(_is_one_line, call.headers.values())):
            return _unsent(call, ValueError("a header of several lines"), by_us=True)
        try:
            places = self._places_of(call.url)
        except httpx.InvalidURL as error:
            _unanswered(call, error)
            return None
        try:
            async with asyncio.timeout(self._place_timeout_s):
                await places.acquire()
        except TimeoutError as error:
            return _unsent(call, error, by_us=True)
        try:
            async with asyncio.timeout(self._answer_timeout_s):  # All of it; the client's is from byte to byte.
                return await self._send(call)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return _unsent(call, error, by_us=False)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            _unanswered(call, error)
            return None
        finally:
            places.release()

    def _places_of(self, url: str) -> asyncio.Semaphore:
        parts = httpx.URL(url)
        return self._places.setdefault(f"{parts.scheme}://{parts.host}:{parts.port}", asyncio.Semaphore(self._most))

    async def _send(self, call: HttpCall) -> HttpAnswer | None:
        async with self._client.stream(
            call.method, call.url, headers=dict(call.headers), content=call.body or None
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    return None
            return HttpAnswer(response.status_code, bytes(body))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _is_one_line(value: str) -> bool:
    return value.isascii() and value.isprintable()


# Neither the address nor the body is logged: a token or a name could be in them.


def _unanswered(call: HttpCall, error: Exception) -> None:
    log.warning("provider_unanswered", method=call.method, error=type(error).__name__)


def _unsent(call: HttpCall, error: Exception, *, by_us: bool) -> NotSent:
    log.warning("provider_not_reached", method=call.method, error=type(error).__name__, by_us=by_us)
    return NotSent(by_us=by_us)

"""Makes the calls that strategies build. Whatever goes wrong is one thing here: no answer."""

import asyncio

import httpx
import structlog

from payments.application.ports import HttpAnswer, HttpCall

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 10.0
LONGEST_ANSWER = 1_000_000


class HttpProviderWire:
    """Implements `ProviderWire`. Redirects are not followed and the environment's proxies are not used."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._client = client or httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        )

    async def send(self, call: HttpCall) -> HttpAnswer | None:
        """See ProviderWire."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await self._send(call)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            # Neither the address nor the body is logged: a token or a name could be in them.
            log.warning("provider_unanswered", method=call.method, error=type(error).__name__)
            return None

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

"""Asking services over HTTP/1.1: the one protocol the gateway knows, and its implementation on aiohttp.

Which library is behind it was measured (`make bench-gateway`, ADR 25). What any of them must keep to: no redirect
followed, no cookie kept, nothing decoded, no proxy of the environment's, nothing sent twice by itself.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import aiohttp
from yarl import URL

from gateway.bodies import Body, Upload

_CONNECT_S = 2.0
_KEPT_IDLE_S = 15.0


class NotReached(Exception):
    """No connection came about: the service has heard nothing."""


class BrokeOff(Exception):
    """The service heard something and gave no answer that can be used."""


class UpstreamAnswer(Protocol):
    """An answer whose head is there and whose body is still to come."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """As they came, with repetitions."""
        ...

    def whole(self) -> bytes | None:
        """The body, when all of it is here already, as short ones are; None where `chunks` must be asked."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes; BrokeOff when it ends before its end."""
        ...

    def close(self) -> None:
        """Done with it. A connection on which something is left is closed, another one kept."""
        ...


class UpstreamClient(Protocol):
    """Sends requests, and holds the connections."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, method: str, url: str, headers: list[tuple[str, str]], body: Body) -> UpstreamAnswer:
        """The answer as soon as its head is there. It waits as long as it takes: whoever calls sets the limit.

        Raises:
            NotReached, BrokeOff
        """
        ...


class AiohttpClient:
    """The one in use."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open it; called in the event loop that will use it."""
        session = aiohttp.ClientSession(
            # As many connections as are needed: each service's bulkhead bounds them.
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=10, keepalive_timeout=_KEPT_IDLE_S),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Content-Type", "Accept"),
        )
        # It would repeat PUT and DELETE by itself when a kept connection turns out to be closed; the service may have
        # heard them. Nothing public switches that off.
        session._retry_connection = False  # noqa: SLF001
        self._session = session

    async def stop(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, method: str, url: str, headers: list[tuple[str, str]], body: Body) -> UpstreamAnswer:
        """See the protocol."""
        assert self._session is not None, "start() comes first"
        upload = isinstance(body, Upload)
        try:
            response = await self._session.request(
                method,
                URL(url, encoded=True),
                data=body.chunks() if isinstance(body, Upload) else body or None,
                # A service that refuses an upload says so before it is sent: answers during a body get lost.
                expect100=upload,
                headers=headers,
                allow_redirects=False,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached from error
        except aiohttp.ClientError as error:
            raise BrokeOff from error
        return _AiohttpAnswer(response)


class _AiohttpAnswer:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = response.raw_headers

    def whole(self) -> bytes | None:
        content = self._response.content
        return content.read_nowait() if content.is_eof() and content.exception() is None else None

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except aiohttp.ClientError as error:
            raise BrokeOff from error

    def close(self) -> None:
        self._response.close()

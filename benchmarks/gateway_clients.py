"""The gateway with another client towards the services than its own, to compare them: `gateway_proxy.py --beside`.

python benchmarks/gateway_clients.py        serves; settings come from the environment as for the gateway itself
"""

import datetime as dt
import sys
from collections.abc import AsyncIterator, Sequence

import uvloop
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import ConnectError, ConnectTimeoutError, PyreqwestError
from pyreqwest.response import Response

from chassis.http.serving import serve_app
from chassis.logging import configure_logging
from chassis.settings import load
from gateway.bodies import Body, Upload
from gateway.client import BrokeOff, NotReached, UpstreamAnswer
from gateway.main import build
from gateway.settings import Settings

_HOP_BY_HOP = frozenset({"transfer-encoding"})


class PyreqwestClient:
    """reqwest (Rust) behind the gateway's protocol. Answers are held whole: it is here to be measured."""

    def __init__(self) -> None:
        self._client: Client | None = None

    async def start(self) -> None:
        """Open it."""
        builder = ClientBuilder().http1_only().no_proxy().follow_redirects(False).default_cookie_store(False)  # noqa: FBT003
        self._client = builder.connect_timeout(dt.timedelta(seconds=2)).error_for_status(False).build()  # noqa: FBT003

    async def stop(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()

    async def send(self, method: str, url: str, headers: list[tuple[str, str]], body: Body) -> UpstreamAnswer:
        """See the protocol."""
        assert self._client is not None
        request = self._client.request(method, url).headers(headers)
        whole = b"".join([part async for part in body.chunks()]) if isinstance(body, Upload) else body
        try:
            response = await (request.body_bytes(whole) if whole else request).build().send()
            return _Answer(response, bytes(await response.bytes()))
        except (ConnectError, ConnectTimeoutError) as error:
            raise NotReached from error
        except PyreqwestError as error:
            raise BrokeOff from error


class _Answer:
    def __init__(self, response: Response, body: bytes) -> None:
        self.status = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = [
            (name.encode(), value.encode()) for name, value in response.headers.items() if name not in _HOP_BY_HOP
        ]
        self._body = body

    def whole(self) -> bytes | None:
        return self._body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._body

    def close(self) -> None:
        """There is nothing left on the connection."""


if __name__ == "__main__":
    settings = load(Settings)
    configure_logging(settings, "gateway")
    sys.exit(uvloop.run(serve_app(build(settings, client=PyreqwestClient()), settings)))

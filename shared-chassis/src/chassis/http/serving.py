"""How an application is put on a socket, and how it leaves it."""

import asyncio
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chassis.collector import settle_collector
from chassis.settings import HttpSettings


def uvicorn_config(app: FastAPI, settings: HttpSettings) -> uvicorn.Config:
    """The one way we run uvicorn.

    httptools is its strictest parser. The server does not tell its name, does not log (there is one structured line
    per request already), and believes X-Forwarded-For only from `settings.trusted_proxies`.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=int(settings.shutdown_grace_s),
        timeout_keep_alive=30,
    )


class Server(uvicorn.Server):
    """Drains before it stops: on SIGTERM or SIGINT readiness fails at once, listening ends `drain_s` later.

    Requests in flight then have `shutdown_grace_s` to finish. A second signal ends it without waiting.
    """

    def __init__(self, app: FastAPI, settings: HttpSettings) -> None:
        super().__init__(uvicorn_config(app, settings))
        self._drain = app.state.drain
        self._drain_s = settings.drain_s
        self._asked = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal; uvicorn's own would stop at once and end the process by the signal itself."""
        del sig, frame
        if self._asked:
            self.should_exit = self.force_exit = True
            return
        self._asked = True
        self._drain.begin()
        if self._drain_s:
            asyncio.get_running_loop().call_soon_threadsafe(self._stop_later)
        else:
            self.should_exit = True

    def _stop_later(self) -> None:
        asyncio.get_running_loop().call_later(self._drain_s, self._stop)

    def _stop(self) -> None:
        self.should_exit = True


async def serve_app(app: FastAPI, settings: HttpSettings) -> None:
    """Serve until told to stop by SIGTERM or SIGINT, then drain."""
    settle_collector()
    await Server(app, settings).serve()

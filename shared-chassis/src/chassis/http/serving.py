"""How an application is put on a socket, and how it leaves it."""

import asyncio
import logging
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chassis.collector import settle_collector
from chassis.http.protocol import Patience, StrictProtocol, patient
from chassis.settings import HttpSettings


def uvicorn_config(app: FastAPI, settings: HttpSettings, *, patience: Patience | None = None) -> uvicorn.Config:
    """The one way we run uvicorn.

    httptools is its strictest parser, and we make it stricter. The server does not tell its name, does not log (there
    is one structured line per request already), and believes X-Forwarded-For only from `settings.trusted_proxies`.
    `patience` says how slow clients may be, where it is not the usual.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=StrictProtocol if patience is None else patient(patience),
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=int(settings.shutdown_grace_s),
        timeout_keep_alive=int((patience or StrictProtocol.patience).idle_s),
        backlog=4096,
    )


class Server(uvicorn.Server):
    """Drains before it stops: on SIGTERM or SIGINT readiness fails at once, listening ends `drain_s` later.

    Requests in flight then have `shutdown_grace_s` to finish. A second signal ends it without waiting: what is in hand
    is cancelled, but everything is closed all the same.
    """

    def __init__(
        self,
        app: FastAPI,
        settings: HttpSettings,
        *,
        patience: Patience | None = None,
        started: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(uvicorn_config(app, settings, patience=patience))
        self._tell_started = started
        self._drain = app.state.drain
        self._drain_s = settings.drain_s
        self._asked = False
        logging.getLogger("uvicorn.error").addFilter(cancellation_is_no_error)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the application and listen."""
        await super().startup(sockets)
        if self.started and self._tell_started is not None:
            self._tell_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal; uvicorn's own would stop at once and end the process by the signal itself."""
        del sig, frame
        if self._asked:
            self.should_exit = self.force_exit = True
            asyncio.get_running_loop().call_soon_threadsafe(self._drain.hurry.set)
            return
        self._asked = True
        self._drain.begin()
        if self._drain_s:
            asyncio.get_running_loop().call_soon_threadsafe(self._stop_later)
        else:
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, end the requests, close the application; uvicorn skips the last when it is in a hurry."""
        await super().shutdown(sockets)
        if self.force_exit:
            await self.lifespan.shutdown()

    def _stop_later(self) -> None:
        asyncio.get_running_loop().call_later(self._drain_s, self._stop)

    def _stop(self) -> None:
        self.should_exit = True


def cancellation_is_no_error(record: logging.LogRecord) -> bool:
    """A filter: a request cancelled because the process ends is worth a line, not an error with a traceback."""
    if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args, record.exc_info = "request_cancelled", (), None
    return True


async def serve_app(
    app: FastAPI,
    settings: HttpSettings,
    *,
    patience: Patience | None = None,
    listening: socket.socket | None = None,
    started: Callable[[], None] | None = None,
) -> None:
    """Serve until told to stop by SIGTERM or SIGINT, then drain.

    Args:
        listening: a socket that listens already, handed over by the process that started this one.
        started: called once requests are taken.
    """
    settle_collector()
    await Server(app, settings, patience=patience, started=started).serve(None if listening is None else [listening])

"""How an application is put on a socket."""

import uvicorn
from starlette.types import ASGIApp

from chassis.settings import HttpSettings


def uvicorn_config(app: ASGIApp, settings: HttpSettings) -> uvicorn.Config:
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
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=int(settings.shutdown_grace_s),
        timeout_keep_alive=30,
    )

"""The gateway, put together."""

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext

import uvloop
from fastapi import FastAPI
from starlette.middleware import Middleware

from chassis.auth import Public, TokenVerifier, Verifier, guarded
from chassis.auth.jwks import RemoteKeys
from chassis.http import create_service
from chassis.http.serving import serve_app
from chassis.logging import configure_logging
from chassis.settings import load
from chassis.telemetry import metrics_served
from gateway.headers import CheckedHeads
from gateway.pages import router
from gateway.proxy import Proxy
from gateway.routes import RouteTable, load_openapi, load_routes
from gateway.settings import Settings


def build(settings: Settings, *, verifier: Verifier | None = None) -> FastAPI:
    """The gateway's application."""
    checks = verifier or TokenVerifier(RemoteKeys(settings.security_url))
    proxy = Proxy(settings, RouteTable(load_routes()), checks)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        port = settings.metrics_port
        with nullcontext() if port is None else metrics_served(settings.host, port):
            await proxy.start()
            yield
            await proxy.stop()

    return create_service(
        "gateway",
        settings=settings.model_copy(update={"max_body_bytes": settings.upload_bytes}),
        routers=[router],
        mounts={"/api": guarded(proxy, Public("the proxy checks tokens by its routing table"))},
        lifespan=lifespan,
        verifier=checks,
        middleware=[Middleware(CheckedHeads, allowed_hosts=settings.allowed_hosts)],
        metrics=False,  # Strangers reach this port; the figures have one of their own.
        openapi=False,  # The document over all services is served instead.
    )


def run(arguments: Sequence[str] | None = None) -> None:
    """`python -m gateway serve|openapi`."""
    parser = argparse.ArgumentParser(prog="python -m gateway")
    parser.add_argument("command", choices=("serve", "openapi"))
    options = parser.parse_args(arguments)
    if options.command == "openapi":
        sys.stdout.buffer.write(load_openapi())
        return
    settings = load(Settings)
    configure_logging(settings, "gateway")
    uvloop.run(serve_app(build(settings), settings))

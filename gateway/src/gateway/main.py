"""The gateway, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI
from starlette.middleware import Middleware

from chassis.auth import Public, ServiceTokens, TokenVerifier, Verifier, guarded
from chassis.auth.jwks import RemoteKeys
from chassis.http import create_service
from chassis.telemetry import metrics_served
from gateway.admission import Admission
from gateway.browser import BrowserSessions
from gateway.client import AiohttpClient, UpstreamClient
from gateway.cors import Origins
from gateway.exchange import Exchanges
from gateway.headers import CheckedHeads
from gateway.limits import LocalLimiter, SharedLimiter
from gateway.pages import pages
from gateway.proxy import Proxy
from gateway.routes import RouteTable, load_routes
from gateway.settings import Settings
from gateway.upstreams import Upstreams


def build(settings: Settings, *, verifier: Verifier | None = None, client: UpstreamClient | None = None) -> FastAPI:
    """The gateway's application."""
    checks = verifier or TokenVerifier(RemoteKeys(settings.security_url))
    upstreams = Upstreams(settings.addresses(), most=settings.upstream_in_flight, file=settings.upstreams_file)
    asks = client or AiohttpClient()
    exchanges = Exchanges(upstreams, asks)
    store = settings.rate_limit_store_url
    limiter = LocalLimiter() if store is None else SharedLimiter(store.get_secret_value())
    proxy = Proxy(
        settings,
        routes=RouteTable(load_routes()),
        verifier=checks,
        exchanges=exchanges,
        browsers=BrowserSessions(exchanges, ServiceTokens("gateway", settings.internal_key)),
        admission=Admission(settings, limiter),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        port = settings.metrics_port
        with nullcontext() if port is None else metrics_served(settings.host, port):
            upstreams.read()
            await asks.start()
            watching = asyncio.create_task(upstreams.watch())
            yield
            watching.cancel()
            await asks.stop()
            await limiter.close()

    return create_service(
        "gateway",
        settings=settings.model_copy(update={"max_body_bytes": settings.upload_bytes}),
        routers=[pages(proxy.caller)],
        mounts={"/api": guarded(proxy, Public("the proxy checks tokens by its routing table"))},
        lifespan=lifespan,
        verifier=checks,
        middleware=[
            Middleware(CheckedHeads, allowed_hosts=settings.allowed_hosts),
            Middleware(Origins, own=settings.public_base_url, allowed=settings.allowed_origins),
        ],
        metrics=False,  # Strangers reach this port; the figures have one of their own.
        openapi=False,  # What concerns whoever asks is served instead.
        edge=True,
    )

"""The gateway, put together."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from chassis.auth import Public, ServiceTokens, TokenVerifier, Verifier, guarded
from chassis.auth.jwks import RemoteKeys
from chassis.auth.markers import Door
from chassis.auth.policy.local import LocalPolicy
from chassis.http import create_service
from chassis.runtime import local_policy
from gateway.admission import Admission
from gateway.browser import BrowserSessions
from gateway.client import AiohttpClient, UpstreamClient
from gateway.cors import Origins
from gateway.exchange import Exchanges
from gateway.headers import CheckedHeads
from gateway.lifespan import lifespan
from gateway.limits import LocalLimiter, SharedLimiter
from gateway.live import LiveLists
from gateway.pages import pages
from gateway.proxy import Proxy
from gateway.routes import RouteTable, load_routes
from gateway.settings import Settings
from gateway.streams import StreamsOfEvents
from gateway.upstreams import Upstreams


def build(
    settings: Settings,
    *,
    verifier: Verifier | None = None,
    policy: LocalPolicy | None = None,
    client: UpstreamClient | None = None,
) -> FastAPI:
    """The gateway's application. A verifier or a policy that is given takes the place of security's."""
    copy = local_policy("gateway", settings) if verifier is None and policy is None else None
    checks = verifier or TokenVerifier(RemoteKeys(settings.security_url))
    tokens = ServiceTokens("gateway", settings.internal_key)
    upstreams = Upstreams(settings.addresses(), most=settings.upstream_in_flight, file=settings.upstreams_file)
    asks = client or AiohttpClient()
    exchanges = Exchanges(upstreams, asks)
    store = settings.rate_limit_store_url
    limiter = LocalLimiter() if store is None else SharedLimiter(store.get_secret_value())
    door, admission = Door(checks, tokens, policy=policy or copy), Admission(settings, limiter)
    routes = RouteTable(load_routes())
    streams = StreamsOfEvents(settings.streams_per_session, settings.streams_per_person)
    proxy = Proxy(
        settings, routes=routes, door=door, exchanges=exchanges, browsers=BrowserSessions(exchanges, tokens),
        admission=admission, streams=streams,
    )  # fmt: skip
    live = LiveLists(
        settings, let_in=proxy.let_in, door=door, exchanges=exchanges, admission=admission, streams=streams
    )

    return create_service(
        "gateway",
        settings=settings.model_copy(update={"max_body_bytes": settings.upload_bytes}),
        routers=[pages(proxy.caller)],
        mounts={
            "/api": guarded(live.before(proxy), Public("the proxy checks tokens by its routing table")),
            "/.well-known": guarded(proxy, Public("what everybody may know; the proxy has no other route there")),
        },
        readiness={} if copy is None else {"policy": copy.ready},
        lifespan=lifespan(settings, client=asks, limiter=limiter, upstreams=upstreams, policy=copy),
        verifier=checks,
        middleware=[
            Middleware(CheckedHeads, allowed_hosts=settings.allowed_hosts),
            Middleware(Origins, own=settings.public_base_url, allowed=settings.allowed_origins),
        ],
        metrics=False,  # Strangers reach this port; the figures have one of their own.
        openapi=False,  # What concerns whoever asks is served instead.
        edge=True,
    )

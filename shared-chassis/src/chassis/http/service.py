"""One call makes a service's HTTP application, with everything that must not be forgotten."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from chassis.auth.jwks import RemoteKeys
from chassis.auth.markers import Door
from chassis.auth.permissions import PermissionSpec
from chassis.auth.policy.held import Held
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.signed_requests import SignedRequests
from chassis.auth.tokens import TokenVerifier, Verifier
from chassis.auth.watching import NoTrail, Trail
from chassis.http.drain import Drain
from chassis.http.guard import Guard, refuse_broken_forms
from chassis.http.handlers import install_handlers
from chassis.http.health import Check, operations_router
from chassis.http.mounting import RawApplications, mounts_of
from chassis.http.observed import Observed
from chassis.http.openapi import check_names, describe, operation_id
from chassis.http.routes import DeclaredRoute, check_routes, walked
from chassis.http.turns import Turns
from chassis.privacy.keys import derive
from chassis.settings import HttpSettings, ServiceSettings
from chassis.telemetry.tracing import setup_tracing, shutdown_tracing

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_service(
    name: str,
    *,
    settings: HttpSettings,
    version: str = "0.1.0",
    routers: Sequence[APIRouter] = (),
    mounts: Mapping[str, ASGIApp] | None = None,
    readiness: Mapping[str, Check] | None = None,
    permissions: Sequence[PermissionSpec] = (),
    lifespan: Lifespan | None = None,
    verifier: Verifier | None = None,
    policy: Held | None = None,
    trail: Trail | None = None,
    signed: SignedRequests | None = None,
    state: Mapping[str, Any] | None = None,
    openapi: bool = True,
    metrics: bool = True,
    middleware: Sequence[Middleware] = (),
    edge: bool = False,
) -> FastAPI:
    """The HTTP application of a service.

    Args:
        name: the service; the audience of service tokens that are good here.
        routers, permissions: its routes, each with a marker, and every permission they ask for.
        mounts: raw ASGI applications by path. Beneath `/partner` they check their partner's signature themselves;
            beneath `/internal` the chassis asks for a service token before them; others come wrapped in `guarded`.
        readiness: what must answer before traffic is sent here, by name.
        lifespan: what starts and stops with it.
        verifier: checks access tokens; the keys of `settings.security_url` unless given.
        policy, trail, signed: what staff may do, who is told of decisions, and whose signatures count; see `Door`.
        state: becomes `app.state`: `application`, `db`, `clock` and whatever else endpoints need.
        openapi: whether `/openapi.json` is this application's own description; else one of its routes serves another.
        metrics: whether `/metrics` is served here; else see `metrics_served`.
        middleware: layers around everything it serves, within those that log and measure.
        edge: whether strangers call; see `Observed`.
    Raises: UnmarkedRoute when a route does not say who may call it; see `chassis.http.routes`.
    """
    drain, templates = Drain(), dict[Any, str]()
    mounted, raw = mounts_of(mounts or {})
    app = FastAPI(
        title=name,
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(lifespan, drain, settings, name, version),
        generate_unique_id_function=operation_id,
        # Our own layer traces requests: the framework's would put query strings and exception texts into spans.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        middleware=[
            Middleware(Observed, templates=templates, drain=drain, edge=edge),
            *middleware,
            Middleware(Guard, max_body_bytes=settings.max_body_bytes),
            Middleware(RawApplications, applications=raw),
        ],
    )
    door = Door(_verifier(verifier, settings), ServiceTokens(name, settings.internal_key), permissions)
    door.policy, door.trail, door.signed = policy, trail or NoTrail(), signed
    _hold(app, {"settings": settings, "name": name, "drain": drain, "door": door, "turns": Turns(), **(state or {})})
    install_handlers(app)
    app.include_router(operations_router(name, version, readiness or {}, drain, openapi=openapi, metrics=metrics))
    declared = walked(app.routes)
    for included, found in (_included(_Router(one), settings.max_body_bytes) for one in routers):
        app.router.routes.extend(included)
        declared.extend(found)
    app.router.routes.extend(mounted)
    templates.update(_described(app, [*declared, *walked(mounted)], permissions))
    return app


@dataclass(frozen=True, eq=False)
class _Router:
    """A router by which it is: routers themselves have no hash."""

    router: APIRouter

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Router) and other.router is self.router

    def __hash__(self) -> int:
        return id(self.router)


@functools.lru_cache(maxsize=256)
def _included(one: _Router, max_body_bytes: int) -> tuple[list[BaseRoute], list[DeclaredRoute]]:
    """The routes of a router as every application here includes them, and what they declare.

    Including works out anew what each route asks for, which takes far longer than all else about an application, and to
    walk them takes most of the rest: both are done once, however many applications a process has.
    """
    whole = APIRouter(generate_unique_id_function=operation_id)
    whole.include_router(one.router, max_body_size=max_body_bytes, dependencies=[Depends(refuse_broken_forms)])
    return whole.routes, walked(whole.routes)


def _verifier(given: Verifier | None, settings: HttpSettings) -> Verifier:
    """Security's keys check tokens, unless the service brings what does."""
    return given or TokenVerifier(RemoteKeys(settings.security_url))


def _described(app: FastAPI, routes: Sequence[DeclaredRoute], permissions: Sequence[PermissionSpec]) -> dict[Any, str]:
    """Check the routes and have them described by the application when it is first asked; their paths by endpoint, also
    at `app.state.templates`, and they themselves at `app.state.routes`.
    """
    check_routes(routes, permissions)
    check_names(routes)
    app.openapi = functools.cache(lambda: describe(app, routes, permissions))  # type: ignore[method-assign]
    templates: dict[Any, str] = {route.endpoint: route.path for route in routes}
    app.state.templates, app.state.routes = templates, routes
    return templates


def _hold(app: FastAPI, held: dict[str, Any]) -> None:
    """Put what endpoints need at `app.state`."""
    if isinstance(held["settings"], ServiceSettings):
        held.setdefault("cursor_key", derive(held["settings"].master_key, "cursors"))
    for key, value in held.items():
        setattr(app.state, key, value)


def _lifespan(inner: Lifespan | None, drain: Drain, settings: HttpSettings, name: str, version: str) -> Lifespan:
    """What starts first and ends last: traces. Readiness fails before anything is stopped."""

    @contextlib.asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        if settings.otlp_endpoint is not None:
            setup_tracing(name, version, endpoint=settings.otlp_endpoint, ratio=settings.trace_ratio)
        async with inner(app) if inner is not None else contextlib.nullcontext():
            yield
            drain.begin()
        if settings.otlp_endpoint is not None:
            await asyncio.to_thread(shutdown_tracing)

    return run

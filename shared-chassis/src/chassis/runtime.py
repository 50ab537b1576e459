"""A service put together: what its main.py names, and how the parts run in one process or in several.

Roles: `api` answers requests, `worker` consumes events and runs tasks, `relay` publishes the outbox; `all` is the three
in one process. Every role serves /healthz, /readyz and /metrics.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import structlog
from fastapi import APIRouter, FastAPI

from chassis.approvals import Approvals, Authority, GuardedCommand, PolicyAuthority
from chassis.approvals.approval_list import approval_list
from chassis.approvals.http import approvals_router
from chassis.approvals.proposing import check_guarded
from chassis.auth.client_keys import RemoteClientKeys
from chassis.auth.nonces import PostgresNonces
from chassis.auth.permissions import PermissionSpec
from chassis.auth.permissions import manifest as manifest_of
from chassis.auth.policy.disk import DiskCopy
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.pull import pulling
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.signed_requests import ClientKeys, SignedRequests
from chassis.auth.tokens import Verifier
from chassis.auth.trail import AccessTrail, writing
from chassis.auth.usage import EVERY_S, Usage, telling
from chassis.bulk.action import BulkAction
from chassis.bulk.desk import Bulk
from chassis.bulk.http import bulk_routes
from chassis.command import Command
from chassis.db import Database
from chassis.exports.desk import Exports
from chassis.exports.http import export_routes
from chassis.http import create_service
from chassis.http.listing.served import served_by
from chassis.http.serving import serve_app
from chassis.live import Live
from chassis.live.http import live_routes
from chassis.live.sources import sources_of
from chassis.messaging import Consumer, EventBus, OutboxRelay, Renderers, bus_from_settings
from chassis.messaging.casino_zones import own_zones
from chassis.parked import ParkedDesk, parked_router
from chassis.pausing import pause
from chassis.privacy import SecretBox
from chassis.privacy.keys import derive
from chassis.service_client import ServiceClient
from chassis.settings import FollowingSettings, ServiceSettings
from chassis.store import Application, Context, Housekeeping, Kept, Log, ReadModel
from chassis.store.housekeeping import kept_by_all
from chassis.tasks import Handler, TaskRunner
from chassis.views.desk import Views
from chassis.views.http import views_router
from contracts.platform.events import DeclaredPermission, PermissionManifestPublished

log = structlog.get_logger(__name__)

Role = Literal["all", "api", "worker", "relay"]
Background = Callable[[asyncio.Event], Awaitable[None]]

_LONGEST_PAUSE_S = 10.0
_SWEEP_S = 5.0


@dataclass(kw_only=True)
class Service:
    """The composition of one service; `build(settings)` in its main.py returns it.

    Attributes:
        routers: the public and internal HTTP endpoints.
        mounts: raw ASGI applications by path prefix (partners' protocols, the wallet's hot path).
        consumer: what it does with other services' events; None when it listens to nobody.
        renderers: what makes the messages of outbox rows that only name what they follow from.
        tasks: background task handlers by kind.
        read_models: its own events' read models, those folded inline and those made for rebuild.
        background: loops of its own that run beside consumer and tasks until told to stop.
        commands: extra commands of `python -m <service>`, by name.
        state: what endpoints find at `request.app.state` beside application, db, clock and settings.
        verifier: checks access tokens; only security, which has the keys itself, brings its own.
        client_keys: the keys partners' programs sign requests with; security's list, unless given.
        policy: the policy it decides by; only security, which makes it, brings its own and keeps it up to date.
        four_eyes: the commands of its own that take a second person. With any, it has the routes about proposals.
        authority: what people hold when something is executed that they proposed or approved earlier; by the policy
            that the process holds, unless given.
        bulk: what can be done to many rows of its lists at once.
        approvals_listed: False: a list of its own stands where every service lists its proposals.
        kept: rows of its own tables that are kept for a while, beside those that every service has.
        on_start, on_stop: things to open and close with the process, in every role.
    """

    name: str
    settings: ServiceSettings
    db: Database
    application: Application
    routers: Sequence[APIRouter] = ()
    mounts: Mapping[str, Any] = field(default_factory=dict)
    consumer: Consumer | None = None
    renderers: Renderers = field(default_factory=dict)
    tasks: Mapping[str, Handler] = field(default_factory=dict)
    read_models: Sequence[ReadModel] = ()
    background: Sequence[Background] = ()
    permissions: Sequence[PermissionSpec] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    on_start: Sequence[Callable[[], Awaitable[None]]] = ()
    on_stop: Sequence[Callable[[], Awaitable[None]]] = ()
    state: Mapping[str, Any] = field(default_factory=dict)
    verifier: Verifier | None = None
    policy: LocalPolicy | None = None
    client_keys: ClientKeys | None = None
    four_eyes: Sequence[GuardedCommand[Any]] = ()
    authority: Authority | None = None
    approvals_listed: bool = True
    approvals: Approvals | None = None
    exports: Exports | None = None
    parked: ParkedDesk | None = None
    bulk: Sequence[BulkAction] = ()
    kept: Sequence[Kept] = ()
    bulk_jobs: Bulk | None = None
    version: str = "0.1.0"

    def __post_init__(self) -> None:
        if self.bulk_jobs is None:
            self.bulk_jobs = Bulk(self.application, self.bulk, list(served_by(self.routers)), self.permissions)
            self.tasks = {**self.tasks, **self.bulk_jobs.tasks}
            self.four_eyes = [*self.four_eyes, *self.bulk_jobs.guarded]
        if self.approvals is None:
            box = SecretBox(self.settings.master_key_bytes)
            self.approvals = Approvals(self.application, self.four_eyes, box=box, authority=self.authority)
            self.tasks = {**self.tasks, **self.approvals.tasks}
            self.read_models = [*self.read_models, *([approval_list] if self.four_eyes else [])]
        if self.exports is None:
            self.exports = Exports(self.application, self.settings)
            self.tasks = {**self.tasks, **self.exports.tasks}
        if self.parked is None and any(spec.id == f"{self.name}.parked.list" for spec in self.permissions):
            self.parked = ParkedDesk(self.application, self.consumer)
            self.tasks = {**self.tasks, **self.parked.tasks}

    def rebuildable(self) -> dict[str, tuple[ReadModel, Log]]:
        """Every read model of the service by name, with the events it is made from."""
        known: dict[str, tuple[ReadModel, Log]] = {
            model.name: (model, self.application.log_of(model)) for model in self.read_models
        }
        if self.consumer is not None:
            known |= {model.name: (model, self.consumer.log_of(model)) for model in self.consumer.read_models}
        return known


def http_application(service: Service, role: Role = "api") -> FastAPI:
    """The service's FastAPI application; in the roles `worker`, `relay` and `all` the loops run in its lifespan."""
    serves_api = role in {"all", "api"}
    copy = local_policy(service.name, service.settings) if service.policy is None and service.verifier is None else None
    policy = service.policy or copy
    if service.approvals is not None:
        service.approvals.authority = service.authority or PolicyAuthority(policy)
    usage = Usage()
    trail = AccessTrail(service.permissions, usage, time.monotonic)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(service.db.close)
            stack.push_async_callback(live.hub.close)
            for close in service.on_stop:
                stack.push_async_callback(close)
            for start in service.on_start:
                await start()
            following = copy if role != "relay" else None
            kept = _kept(service, trail, usage) if serves_api else {}
            await stack.enter_async_context(running(service, role, app.state.drain.hurry, policy=following, kept=kept))
            yield

    inbox = approvals_router(service.name, tuple(service.permissions), listed=service.approvals_listed)
    approvals = [inbox] if service.four_eyes else []
    listed = [*service.routers, *approvals, *([parked_router(service.name)] if service.parked is not None else [])]
    exports = export_routes(service.name, tuple(served_by(listed)))
    routers = [*listed, *exports, *bulk_routes(service.name, service.bulk)]
    live = live_lists(service, [*service.routers, *approvals])
    routers += [views_router(service.name)] if any(served_by(routers)) else []
    routers += live_routes(service.name, live)
    views = Views(service.application, list(served_by(routers)), service.settings)
    app = create_service(
        service.name,
        version=service.version,
        routers=routers if serves_api else [],
        mounts=dict(service.mounts) if serves_api else {},
        settings=service.settings,
        readiness={"database": service.db.ping, **({"policy": policy.ready} if policy is not None else {})},
        permissions=list(service.permissions),
        lifespan=lifespan,
        verifier=service.verifier,
        policy=policy,
        trail=trail,
        signed=_signed(service),
        state={
            "trail": trail,
            "service": service,
            "application": service.application,
            "clock": service.application.clock,
            "db": service.db,
            "settings": service.settings,
            "approvals": service.approvals,
            "exports": service.exports,
            "parked": service.parked,
            "casino_zone": own_zones(),
            "views": views,
            "live": live,
            "bulk": service.bulk_jobs,
            **service.state,
        },
    )
    check_guarded(app, service.four_eyes)
    assert service.exports is not None
    assert service.bulk_jobs is not None
    service.exports.offer(list(served_by(listed)))
    for part in (service.exports, service.bulk_jobs):
        part.attach(app.state, policy or getattr(service.verifier, "policy", None))
    return app


def live_lists(service: Service, routers: Sequence[APIRouter]) -> Live:
    """Those of the lists of these routers that a read model of the service stands behind."""
    lists = list(served_by(routers))
    tables = [one.spec.table for one in lists]
    sources = sources_of(service.application, service.read_models, service.consumer, tables)
    key = derive(service.settings.master_key, "live")
    return Live(service.name, service.db, sources, lists, key=key)


@asynccontextmanager
async def running(
    service: Service,
    role: Role,
    hurry: asyncio.Event | None = None,
    *,
    policy: LocalPolicy | None = None,
    kept: Mapping[str, Background] | None = None,
) -> AsyncIterator[None]:
    """Run the loops of a role while the block lasts; then stop them, letting what is in hand finish.

    What is not finished after the settings' grace, or when `hurry` is set, is cancelled.

    Args:
        policy: the copy that is to follow security's.
        kept: loops that publish what was decided about callers.
    """
    bus = bus_from_settings(service.settings)
    loops = {**_loops(service, role, bus), **(kept or {})}
    if policy is not None:
        loops["policy"] = policy.runner(bus)
    async with _looping(loops, bus, service.settings.shutdown_grace_s, hurry):
        yield


@asynccontextmanager
async def following(
    policy: LocalPolicy, settings: FollowingSettings, hurry: asyncio.Event | None = None
) -> AsyncIterator[None]:
    """Keep a copy of the policy up to date while the block lasts, in a process that has no other loops."""
    bus = bus_from_settings(settings)
    async with _looping({"policy": policy.runner(bus)}, bus, settings.shutdown_grace_s, hurry):
        yield


@asynccontextmanager
async def _looping(
    loops: Mapping[str, Background], bus: EventBus, grace_s: float, hurry: asyncio.Event | None
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_for_ever(name, loop, stop), name=name) for name, loop in loops.items()]
    try:
        yield
    finally:
        stop.set()
        await _ended(tasks, grace_s, hurry or asyncio.Event())
        try:
            await bus.close()
        except Exception:
            log.warning("bus_closed_badly", exc_info=True)


def _signed(service: Service) -> SignedRequests | None:
    """Whose signatures count. None do where no permission is for partners' programs, as at security itself."""
    if not any(spec.api_client for spec in service.permissions):
        return None
    settings = service.settings
    tokens = ServiceTokens(service.name, settings.internal_key)
    keys = service.client_keys or RemoteClientKeys(settings.security_url, tokens)
    return SignedRequests(keys, PostgresNonces(service.db), service.application.clock)


def _kept(service: Service, trail: AccessTrail, usage: Usage) -> dict[str, Background]:
    """What is known about decisions goes to security: those that matter one by one, all of them counted."""
    return {
        "trail": writing(trail, service.application, service.settings.trail_every_s),
        "usage": telling(usage, service.application, max(EVERY_S, service.settings.trail_every_s)),
    }


async def _ended(tasks: Sequence[asyncio.Task[None]], grace_s: float, hurry: asyncio.Event) -> None:
    """Wait until loops that were told to stop have ended; cancel what is late."""
    helpers = asyncio.create_task(asyncio.wait(tasks)), asyncio.create_task(hurry.wait())
    await asyncio.wait(helpers, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if not task.done():
            log.warning("loop_stopped_late", loop=task.get_name(), grace_s=grace_s)
            task.cancel()
    for helper in helpers:
        helper.cancel()
    await asyncio.gather(*tasks, *helpers, return_exceptions=True)


def _loops(service: Service, role: Role, bus: EventBus) -> dict[str, Background]:
    loops: dict[str, Background] = {}
    if role in {"all", "relay"}:
        relay = OutboxRelay(service.db, bus, renderers=service.renderers)
        service.application.on_published = relay.wake
        loops["relay"] = relay.run
    if role in {"all", "worker"}:
        runner = TaskRunner(service.db, service.tasks, clock=service.application.clock)
        service.application.on_scheduled = runner.wake
        loops["manifest"] = _manifest(service)
        loops["housekeeping"] = _housekeeping(service).run
        if service.four_eyes and service.approvals is not None:
            loops["approvals"] = _sweeping(service.approvals)
        if service.tasks:
            loops["tasks"] = runner.run
        if service.consumer is not None:
            loops["consumer"] = service.consumer.runner(service.application, bus)
        for background in service.background:
            loops[getattr(background, "__name__", repr(background))] = background
    return loops


def local_policy(name: str, settings: FollowingSettings) -> LocalPolicy:
    """The copy of the policy of a process that has to ask security for it."""
    security = ServiceClient(settings.security_url, "security", settings.internal_key, caller=name)
    disk = DiskCopy(Path(settings.policy_folder) / f"{name}.json", settings.internal_key)
    return LocalPolicy(pull=pulling(security), disk=disk)


def _housekeeping(service: Service) -> Housekeeping:
    settings = service.settings
    kept = kept_by_all(
        idempotency=timedelta(days=settings.idempotency_days),
        parked=timedelta(days=settings.parked_days),
        bulk=timedelta(days=settings.bulk_days),
        exports=timedelta(days=settings.export_days),
        view_versions=settings.view_versions,
    )
    return Housekeeping(service.db, [*kept, *service.kept], inbox=timedelta(days=settings.inbox_days))


def _sweeping(approvals: Approvals) -> Background:
    async def sweep(stop: asyncio.Event) -> None:
        """End what nobody can approve any more: see `Approvals.sweep`."""
        while not stop.is_set():
            await approvals.sweep()
            await pause(stop, _SWEEP_S)

    return sweep


def _manifest(service: Service) -> Background:
    async def manifest(_: asyncio.Event) -> None:
        """Tell security which permissions this service asks for, each time it starts."""
        declared = tuple(DeclaredPermission.model_validate(one) for one in manifest_of(service.permissions))
        fact = PermissionManifestPublished(service=service.name, permissions=declared)
        ctx = Context.system(service.name, service.application.clock)
        await service.application.transact(lambda uow: uow.publish(fact), ctx)

    return manifest


async def _for_ever(name: str, loop: Background, stop: asyncio.Event) -> None:
    """Keep a loop going: what fails is logged and begun again after a pause that grows to ten seconds."""
    pause_s = 0.2
    while not stop.is_set():
        try:
            await loop(stop)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.warning("loop_failed", loop=name, again_in_s=pause_s, exc_info=error)
            await pause(stop, pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        else:
            return


async def serve(service: Service, role: Role) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    await serve_app(http_application(service, role), service.settings)

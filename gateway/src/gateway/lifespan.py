"""What runs beside the requests while the gateway does: connections, the policy, a look at where the services are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext

from fastapi import FastAPI

from chassis.auth.policy.local import LocalPolicy
from chassis.runtime import following
from chassis.telemetry import metrics_served
from gateway.client import UpstreamClient
from gateway.limits import Limiter
from gateway.settings import Settings
from gateway.upstreams import Upstreams


def lifespan(
    settings: Settings, *, client: UpstreamClient, limiter: Limiter, upstreams: Upstreams, policy: LocalPolicy | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What `create_service` takes. A policy that is given is kept up to date."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        port = settings.metrics_port
        async with AsyncExitStack() as stack:
            stack.enter_context(nullcontext() if port is None else metrics_served(settings.host, port))
            if policy is not None:
                await stack.enter_async_context(following(policy, settings, app.state.drain.hurry))
            upstreams.read()
            await client.start()
            watching = asyncio.create_task(upstreams.watch())
            yield
            watching.cancel()
            await client.stop()
            await limiter.close()

    return running

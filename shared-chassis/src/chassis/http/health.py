"""Probes and metrics: whether the process lives, whether it can work, and what it did."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from chassis.auth.markers import Public
from chassis.http.drain import Drain
from chassis.telemetry.metrics import CONTENT_TYPE, render_metrics

Check = Callable[[], Awaitable[object]]
"""Returns when all is well, raises when it is not; a dictionary is shown with the answer."""

_PATIENCE_S = 2.0


def operations_router(
    name: str, version: str, checks: Mapping[str, Check], drain: Drain, *, openapi: bool = True, metrics: bool = True
) -> APIRouter:
    """The routes for those who run the service. They say nothing about anyone's data.

    Without `openapi`, the application describes itself by a route of its own; without `metrics`, its figures are
    read at another port.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz", dependencies=[Public("says only that the process lives")])
    async def healthz() -> dict[str, str]:
        return {"status": "alive", "service": name, "version": version}

    @router.get("/readyz", dependencies=[Public("says only which dependencies answer")])
    async def readyz() -> JSONResponse:
        results = dict(zip(checks, await asyncio.gather(*map(_result, checks.values())), strict=True))
        ready = not drain.draining and all(one["ok"] for one in results.values())
        status = "ready" if ready else "draining" if drain.draining else "unready"
        return JSONResponse({"status": status, "checks": results}, status_code=200 if ready else 503)

    if metrics:
        router.add_api_route(
            "/metrics", _measured, dependencies=[Public("figures without personal data; not routed by the gateway")]
        )
    if openapi:
        router.add_api_route(
            "/openapi.json",
            _described,
            dependencies=[Public("the description of the API; not routed by the gateway")],
        )
    return router


async def _measured() -> Response:
    return Response(render_metrics(), media_type=CONTENT_TYPE)


async def _described(request: Request) -> JSONResponse:
    # It is made when it is first asked for, which takes a moment that other requests do not have.
    return JSONResponse(await asyncio.to_thread(request.app.openapi))


async def _result(check: Check) -> dict[str, Any]:
    try:
        said = await asyncio.wait_for(check(), _PATIENCE_S)
    except TimeoutError:
        return {"ok": False, "error": "timeout"}
    except Exception as error:
        # Whatever a check raises is its answer; the message may hold an address or a password.
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, **(said if isinstance(said, dict) else {})}

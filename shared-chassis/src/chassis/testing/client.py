"""An HTTP client that talks to an application in the same process, with the application properly started."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from chassis.testing.tokens import bearer


@asynccontextmanager
async def client(
    app: FastAPI,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    base_url: str = "http://service.test",
) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application, talk to it, stop it.

    An exception the application did not turn into an answer is raised here, as it would cut the connection in life.
    """
    given = {**(bearer(token) if token else {}), **(headers or {})}
    async with app.router.lifespan_context(app), running(app, base_url=base_url, headers=given) as talking:
        yield talking


def running(
    app: FastAPI, *, base_url: str = "http://service.test", headers: Mapping[str, str] | None = None
) -> httpx.AsyncClient:
    """The same for an application whose service somebody else has started and will stop.

    To start it twice is to stop it once too early: its connections are closed in the hands of whoever uses them.
    """
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url, headers=headers)

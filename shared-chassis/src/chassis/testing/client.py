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
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=given) as talking:
            yield talking

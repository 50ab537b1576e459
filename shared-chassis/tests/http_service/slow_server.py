"""A process of its own for the test of the graceful end: /slow answers only once the process was told to stop."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop
from fastapi import APIRouter, FastAPI

from chassis.auth import Public
from chassis.http import create_service
from chassis.http.serving import serve_app
from chassis.settings import HttpSettings
from chassis.testing.environment import make_settings

router = APIRouter(dependencies=[Public("a test")])
begun: list[int] = []


@router.get("/slow")
async def slow() -> str:
    begun.append(1)
    while not app.state.drain.draining:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)  # allow no-sleep-in-tests: being slow is what this server is for
    return "done"


@router.get("/endless")
async def endless() -> str:
    begun.append(1)
    await asyncio.Event().wait()
    return "never"


@router.get("/begun")
async def count_begun() -> int:
    return len(begun)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await asyncio.sleep(0)
    print("closed", flush=True)


settings = make_settings(HttpSettings, port=int(os.environ["TEST_PORT"]), drain_s=1.0)
app = create_service("slow", settings=settings, routers=[router], lifespan=lifespan)

if __name__ == "__main__":
    uvloop.run(serve_app(app, settings))

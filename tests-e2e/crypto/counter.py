"""A casino that takes crypto currencies: payments in this process, and the providers' simulators behind sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx
from aiohttp import web
from pitlocal.processes import free_port
from services.payments.tests.component.payment.fake_verification import FakeVerification
from services.payments.tests.component.payment.fakes import FakeWire
from services.payments.tests.component.payment.world import World

from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.tokens import test_authority, test_verifier
from journey.client import eventually
from payments.adapters.provider_wire import HttpProviderWire
from payments.main import build
from payments.settings import Settings
from simulators.app import World as Outside
from simulators.app import build_app


@dataclass(frozen=True)
class Letter:
    """What a provider brings, and what it is answered when it is let in for the first time."""

    path: str
    raw: bytes
    headers: dict[str, str]
    answer: asyncio.Future[httpx.Response]


class Door:
    """Where providers' calls come in: at once, or held until somebody lets them in in an order of his own."""

    def __init__(self) -> None:
        self.world: World | None = None
        self.held: list[Letter] | None = None

    async def brought(self, letter: Letter) -> httpx.Response:
        """A provider is there with it."""
        if self.held is None:
            await self.let_in(letter)
        else:
            self.held.append(letter)
        return await letter.answer

    async def let_in(self, letter: Letter) -> None:
        """Hand it over, however often it was already."""
        assert self.world is not None
        answer = await self.world.client.post(letter.path, content=letter.raw, headers=letter.headers)
        if not letter.answer.done():
            letter.answer.set_result(answer)


@dataclass(frozen=True)
class Counter:
    """The casino's side (`world`) and whoever plays the others (`browser`: players, miners, the providers' people)."""

    world: World
    browser: aiohttp.ClientSession
    door: Door

    async def configure(self, provider: str, *currencies: str) -> None:
        """An account at the provider, as its simulator signs contracts."""
        contract = (await self.outside("/control/casinos", {"casino_id": str(self.world.casino)}))[provider]
        body = {"enabled": True, "currencies": currencies, **contract}
        answer = await self.world.settle(f"/providers/{provider}", body)
        assert answer.status_code == 200, answer.text

    async def outside(self, path: str, body: Any = None, *, put: bool = False) -> Any:
        """Have something happen outside."""
        method = "PUT" if put else "POST"
        async with self.browser.request(method, path, json=body or {}) as answer:
            assert answer.ok, (path, await answer.text())
            return await answer.json()

    async def told(self) -> None:
        """Wait until every notification was taken, then do what follows from them."""

        async def nothing_waits() -> bool:
            async with self.browser.get("/control/parcels") as answer:
                return bool((await answer.json())["waiting"] == 0)

        await eventually("every notification was taken", nothing_waits)
        await self.world.run_tasks()

    async def deposit(self, provider: str, **fields: Any) -> tuple[str, str]:
        """A deposit: its id, and the path of the page on which the player pays."""
        answer = await self.world.deposit(provider=provider, **fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["deposit_id"], await self.page(answer.json()["deposit_id"])

    async def page(self, deposit_id: str) -> str:
        """The path of the page on which the player pays; empty when there is none."""
        action = (await self.world.get(f"/deposits/{deposit_id}")).json()["next_action"]
        return "/" + action["url"].split("/", 3)[3] if action else ""

    async def status(self, deposit_id: str) -> str:
        """Where a deposit stands."""
        return str((await self.world.get(f"/deposits/{deposit_id}")).json()["status"])


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """The application on a free port: its address."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def counter(database_url: str) -> AsyncIterator[Counter]:
    """A casino that is open, with a player in it and nothing configured."""
    door = Door()

    async def inwards(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        future: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
        answer = await door.brought(Letter(request.path, await request.read(), headers, future))
        told = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        return web.Response(status=answer.status_code, body=answer.content, headers=told)

    ingress = web.Application()
    ingress.router.add_post("/{path:.*}", inwards)
    async with served(ingress) as payments_url:
        port = free_port()
        own_url = f"http://127.0.0.1:{port}"
        runner = web.AppRunner(await build_app(Outside(own_url, payments_url, payments_url)), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        wire, clock = HttpProviderWire(), FixedClock(datetime.now(UTC))
        settings = make_settings(Settings, database_url=database_url, partner_hosts=own_url)
        service = replace(
            build(settings, clock=clock, wire=wire, verification=FakeVerification().transport()),
            verifier=test_verifier(),
            authority=test_authority(),
        )
        async with talking(http_application(service)) as client, aiohttp.ClientSession(own_url) as browser:
            world = door.world = World(service, client, clock, FakeWire())
            await world.forget()
            await world.open_casino()
            await world.register()
            await world.beat()
            yield Counter(world, browser, door)
        await runner.cleanup()

"""The provider with a cashier: whom it lets in, what it repeats, and whose answers it believes."""

import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from journey.client import eventually
from simulators.app import World, build_app

NOBODY = "http://127.0.0.1:1"


def sha384(*values: object) -> str:
    return hashlib.sha384("".join(map(str, values)).encode()).hexdigest()


@dataclass
class Operator:
    """A casino's side: its first answer is not signed."""

    session: aiohttp.ClientSession
    settings: dict[str, str]
    secret: str
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def call(self, path: str, names: tuple[str, ...], secret: str | None = None, **facts: Any) -> Any:
        who = {name: self.settings[name] for name in ("merchant_id", "application_key")}
        body = {**who, "timestamp": int(time.time()), "version": "1.3", **facts}
        headers = {"GT-Authentication": sha384(*(body[name] for name in names), secret or self.secret)}
        async with self.session.post(f"/praxis{path}", json=body, headers=headers) as answer:
            told = await answer.json()
            if "GT-Authentication" in answer.headers:
                assert answer.headers["GT-Authentication"] == sha384(told["status"], told["timestamp"], self.secret)
            return told

    async def open(self, **facts: Any) -> Any:
        wish = {
            "intent": "payment", "cid": "c1", "order_id": "o1", "currency": "EUR", "amount": 100,
            "notification_url": f"{NOBODY}/hook", **facts,
        }  # fmt: skip
        names = ("merchant_id", "application_key", "timestamp", "intent", "cid", "order_id")
        return await self.call("/cashier/cashier", names, **wish)

    async def find(self, order: str) -> Any:
        names = ("merchant_id", "application_key", "timestamp", "order_id")
        return await self.call("/agent/find-order", names, order_id=order)


async def served(stack: AsyncExitStack, app: web.Application) -> str:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    """The simulators and a casino's address, on free ports."""
    async with AsyncExitStack() as stack:
        made: list[Operator] = []

        async def take(request: web.Request) -> web.Response:
            made[0].heard.append(json.loads(await request.read()))
            signed = sha384(0, 7, made[0].secret if len(made[0].heard) > 1 else "nothing")
            return web.json_response({"status": 0, "timestamp": 7}, headers={"GT-Authentication": signed})

        ours = web.Application()
        ours.router.add_post("/{path:.*}", take)
        world = World(NOBODY, NOBODY, await served(stack, ours))
        session = await stack.enter_async_context(aiohttp.ClientSession(await served(stack, await build_app(world))))
        async with session.post("/control/casinos", json={"casino_id": "tests"}) as answer:
            contract = (await answer.json())["praxis"]
        made.append(Operator(session, contract["settings"], contract["secrets"]["merchant_secret"]))
        yield made[0]


async def test_an_order_counts_once_and_is_found_by_its_id(operator: Operator) -> None:
    assert (await operator.find("o1"))["status"] == 400
    first = await operator.open()
    assert (first["status"], first["session"]["session_status"]) == (0, "open")
    assert (await operator.open())["description"] == "The order_id value is not unique!"
    assert (await operator.find("o1"))["session"] == first["session"]


async def test_who_signs_wrongly_or_too_late_is_not_let_in(operator: Operator) -> None:
    assert (await operator.open(secret="guessed"))["status"] == 400
    assert "expired" in (await operator.open(timestamp=int(time.time()) - 61))["description"]
    assert (await operator.open(merchant_id="API-other"))["status"] == 401


async def test_a_notification_comes_again_until_its_answer_is_signed(operator: Operator) -> None:
    page = urlsplit((await operator.open())["redirect_url"]).path
    async with operator.session.post(page, json={"outcome": "approved"}) as answer:
        assert answer.status == 200

    async def heard_twice() -> bool:
        return len(operator.heard) == 2

    await eventually("it is told again", heard_twice)
    assert [one["transaction"]["transaction_status"] for one in operator.heard] == ["approved"] * 2
    async with operator.session.get("/control/parcels") as answer:
        assert (await answer.json())["distrusted"] == 1

"""The provider with payment links: one link per key, one payment per link, and an end that lets nothing in."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulators.app import World, build_app

NOBODY = "http://127.0.0.1:1"
LINKS = "/adyen/v71/paymentLinks"
WISH = {"merchantAccount": "tests", "reference": "r-1", "amount": {"value": 50_00, "currency": "EUR"}}


class Shop:
    """A merchant and his customer's browser."""

    def __init__(self, session: aiohttp.ClientSession, api_key: str) -> None:
        self._session = session
        self._key = api_key

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str = "k", api_key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {"X-API-Key": api_key or self._key, "Idempotency-Key": key}
        async with self._session.request(method, path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def begin(self, key: str = "k", **fields: Any) -> tuple[int, dict[str, Any]]:
        return await self.call("POST", LINKS, {**WISH, **fields}, key=key)

    async def stands(self, link: dict[str, Any]) -> str:
        return str((await self.call("GET", f"{LINKS}/{link['id']}"))[1]["status"])

    async def expire(self, link: dict[str, Any]) -> int:
        return (await self.call("PATCH", f"{LINKS}/{link['id']}", {"status": "expired"}))[0]

    async def pay(self, link: dict[str, Any], holder: str = "S. Hopper", **wish: Any) -> int:
        return (await self.call("POST", f"/adyen/pay/{link['id']}", {"holder_name": holder, **wish}))[0]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """The simulated provider on a free port."""
    runner = web.AppRunner(await build_app(World(NOBODY, NOBODY, NOBODY)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        async with session.post("/control/casinos", json={"casino_id": "tests"}) as answer:
            contracts = await answer.json()
        yield Shop(session, contracts["adyen"]["secrets"]["api_key"])
    await runner.cleanup()


async def test_the_same_key_is_the_same_link(shop: Shop) -> None:
    status, link = await shop.begin()
    assert (status, link["status"], link["reference"]) == (201, "active", "r-1")
    assert await shop.begin() == (201, link)
    assert (await shop.begin(key="other"))[1]["id"] != link["id"]


async def test_a_refused_attempt_leaves_the_link_open_and_a_payment_completes_it(shop: Shop) -> None:
    _, link = await shop.begin()
    assert await shop.pay(link, "DECLINED") == 200
    assert await shop.stands(link) == "active"
    assert await shop.pay(link) == 200
    assert await shop.stands(link) == "completed"
    assert (await shop.pay(link), await shop.expire(link)) == (422, 422)


async def test_what_expired_takes_no_money_any_more(shop: Shop) -> None:
    _, link = await shop.begin()
    assert [await shop.expire(link) for _ in range(2)] == [200, 200]
    assert await shop.pay(link) == 422
    assert await shop.stands(link) == "expired"


async def test_what_is_pending_is_neither_paid_again_nor_expired(shop: Shop) -> None:
    _, link = await shop.begin()
    assert await shop.pay(link, pending=True) == 200
    assert (await shop.pay(link), await shop.expire(link)) == (422, 422)
    assert (await shop.call("POST", f"/adyen/settle/{link['id']}", {}))[1] == {"status": "completed"}


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"amount": {"value": 0, "currency": "EUR"}}, 422, "137"),
        ({"amount": {"value": "5000", "currency": "EUR"}}, 422, "137"),
        ({"amount": {"value": 1, "currency": "eur"}}, 422, "138"),
        ({"reference": ""}, 422, "130"),
        ({"merchantAccount": "other"}, 403, "901"),
    ],
)
async def test_a_link_that_makes_no_sense_is_refused(
    shop: Shop, fields: dict[str, Any], status: int, code: str
) -> None:
    refused, body = await shop.begin(**fields)
    assert (refused, body["errorCode"]) == (status, code)


async def test_a_stranger_gets_nothing(shop: Shop) -> None:
    _, link = await shop.begin()
    assert (await shop.call("POST", LINKS, WISH, api_key="stranger"))[0] == 401
    assert (await shop.call("GET", f"{LINKS}/{link['id']}", api_key="stranger"))[0] == 404

"""The card provider: what is cancelled takes no money any more, and what took money is not cancelled."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulators.app import World, build_app

NOBODY = "http://127.0.0.1:1"
GOOD, BAD = "4242424242424242", "4000000000000002"


class Cards:
    """A merchant and his customer's browser."""

    def __init__(self, session: aiohttp.ClientSession, api_key: str) -> None:
        self._session = session
        self._api_key = api_key

    async def begin(self) -> dict[str, Any]:
        _, intent = await self._call("", {"amount": "5000", "currency": "eur"}, "begin-it")
        return intent

    async def cancel(self, intent: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        return await self._call(f"/{intent['id']}/cancel", {"cancellation_reason": "abandoned"}, key)

    async def pay(self, intent: dict[str, Any], card: str) -> int:
        async with self._session.post(f"/stripe/pay/{intent['client_secret']}", json={"card": card}) as answer:
            return answer.status

    async def _call(self, path: str, form: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._api_key}", "Idempotency-Key": key}
        url = f"/stripe/v1/payment_intents{path}"
        async with self._session.post(url, data=form, headers=headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def cards() -> AsyncIterator[Cards]:
    """The simulated card provider on a free port."""
    runner = web.AppRunner(await build_app(World(NOBODY, NOBODY, NOBODY)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        async with session.post("/control/casinos", json={"casino_id": "tests"}) as answer:
            contracts = await answer.json()
        yield Cards(session, contracts["stripe"]["secrets"]["api_key"])
    await runner.cleanup()


async def test_after_a_bad_card_it_may_be_cancelled_and_then_no_card_pays_it(cards: Cards) -> None:
    intent = await cards.begin()
    assert await cards.pay(intent, BAD) == 200
    for _ in range(2):
        status, cancelled = await cards.cancel(intent, "cancel-it")
        assert (status, cancelled["status"], cancelled["cancellation_reason"]) == (200, "canceled", "abandoned")
    assert await cards.pay(intent, GOOD) == 400


async def test_what_took_money_is_not_cancelled_and_says_so(cards: Cards) -> None:
    intent = await cards.begin()
    assert await cards.pay(intent, GOOD) == 200
    status, answer = await cards.cancel(intent, "cancel-it")
    assert (status, answer["error"]["code"]) == (400, "payment_intent_unexpected_state")
    assert answer["error"]["payment_intent"]["status"] == "succeeded"

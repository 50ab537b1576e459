"""The chaos switch: what it takes, what it refuses, and that its troubles are nobody's error."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulators.app import World, build_app
from simulators.chaos import NAMES

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
async def partners() -> AsyncIterator[aiohttp.ClientSession]:
    """The simulated partners on a free port."""
    runner = web.AppRunner(await build_app(World(NOBODY, NOBODY, NOBODY)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"delay_ms": 0},
        {"skew_s": -86400, "partial": 0.5},
        {"delay_ms": 400, "duplicates": 0.2, "reordering": 1, "lost_answers": 0, "errors": 1.0, "seed": 3},
    ],
)
async def test_the_switch_tells_what_it_was_set_to(partners: aiohttp.ClientSession, wish: dict[str, Any]) -> None:
    async with partners.put("/control/chaos", json=wish) as answer:
        assert answer.status == 200
        told = await answer.json()
    calm = dict.fromkeys(NAMES, 0.0)
    assert told == {"seed": 1, "delay_ms": 0, "skew_s": 0, **calm, **wish}


@pytest.mark.parametrize(
    "raw",
    [
        '{"delay_ms": -1}',
        '{"delay_ms": 1.5}',
        '{"delay_ms": "5"}',
        '{"delay_ms": null}',
        '{"delay_ms": true}',
        '{"delay_ms": 60001}',
        '{"skew_s": 604801}',
        '{"skew_s": 0.5}',
        '{"partial": 2}',
        '{"seed": "x"}',
        '{"errors": -0.1}',
        '{"errors": 1.1}',
        '{"errors": NaN}',
        '{"errors": "1"}',
        '{"errors": true}',
        '{"dice": 1}',
        "[1]",
        "7",
        "{",
        "",
    ],
)
async def test_what_is_no_setting_is_refused_and_changes_nothing(partners: aiohttp.ClientSession, raw: str) -> None:
    async with partners.put("/control/chaos", json={"errors": 1.0}) as answer:
        assert answer.status == 200
    async with partners.put("/control/chaos", data=raw) as answer:
        assert (answer.status, list(await answer.json())) == (422, ["error"])
    async with partners.get("/stripe/v1/payment_intents/pi_1") as answer:
        assert answer.status == 500  # The errors that were asked for before.


@pytest.mark.parametrize("trouble", ["unheard", "lost_answers", "half_answers", "errors"])
async def test_a_trouble_on_purpose_is_news_and_no_error(
    partners: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    async with partners.put("/control/chaos", json={trouble: 1.0, "delay_ms": 1}):
        pass
    try:
        async with partners.get("/stripe/v1/payment_intents/pi_1") as answer:
            await answer.read()
            assert (answer.status, trouble) == (500, "errors")
    except aiohttp.ClientError:
        assert trouble != "errors"
    told = [record for record in caplog.records if record.name.startswith(("simulators", "aiohttp", "asyncio"))]
    assert f"on purpose: {trouble}" in [record.getMessage() for record in told]
    assert max(record.levelno for record in told) <= logging.WARNING, told

"""A provider begins to sign with a new secret some time after we learnt it: nothing is lost meanwhile, or after."""

import secrets
from datetime import timedelta
from typing import Any

import pytest

from all_providers.ways import BY_NAME, Way, quiet
from crypto.counter import Counter
from journey.client import eventually

SECRETS = {
    "adyen": "hmac_key",
    "btcpay": "webhook_secret",
    "paysafe": "hmac_key",
    "skrill": "secret_word",
    "stripe": "webhook_secret",
}
"""The secret with which a provider signs what it tells us."""
BEGINS = {"stripe": "whsec_"}


@pytest.fixture(params=sorted(SECRETS))
async def way(request: pytest.FixtureRequest, desk: Counter) -> Way:
    """The casino has an account at this provider alone."""
    await desk.configure(request.param, "EUR")
    return BY_NAME[request.param]


async def signs_with(desk: Counter, way: Way, secret: str) -> str:
    """The provider signs with this from now on; with what it signed before."""
    wish = {"provider": way.provider, "casino_id": str(desk.world.casino), "secret": secret}
    return str((await desk.outside("/control/secrets", wish))["before"])


async def configure(desk: Counter, way: Way, **change: Any) -> None:
    """The account as it is, with this change."""
    account = await shown(desk, way)
    kept = {name: account[name] for name in ("enabled", "currencies", "settings")}
    answer = await desk.world.settle(f"/providers/{way.provider}", {**kept, **change})
    assert answer.status_code == 200, answer.text


async def shown(desk: Counter, way: Way) -> dict[str, Any]:
    path = f"/casinos/{desk.world.casino}/providers"
    listed = (await desk.world.get(path, as_=desk.world.staff())).json()
    return dict(next(one for one in listed if one["provider"] == way.provider))


async def refused(desk: Counter) -> None:
    """Wait until a notification came and was not taken."""

    async def tried() -> bool:
        async with desk.browser.get("/control/parcels") as answer:
            last = (await answer.json())["parcels"][-1]
        return bool(last["attempts"] >= 1 and last["taken"] == 0)

    await eventually("a notification was tried and not taken", tried)


async def test_a_secret_is_replaced_without_losing_a_notification(desk: Counter, way: Way) -> None:
    new = BEGINS.get(way.provider, "") + secrets.token_hex(32)
    ends = desk.world.clock.now() + timedelta(minutes=2)
    opened = [await way.open(desk) for _ in range(3)]
    pages = [await way.page(desk, one) for one in opened]
    await configure(desk, way, secrets={SECRETS[way.provider]: new}, replaced_until=ends.isoformat())
    await way.pay(desk, pages[0])
    await quiet(desk)
    assert await desk.status(opened[0]) == "succeeded", "signed with the old secret"
    old = await signs_with(desk, way, new)
    await way.pay(desk, pages[1])
    await quiet(desk)
    assert await desk.status(opened[1]) == "succeeded", "signed with the new one"
    assert await desk.world.balance() == (100_00, 0)
    desk.world.clock.advance(timedelta(minutes=2))
    await desk.world.run_tasks()
    assert (await shown(desk, way))["replaced"] == []
    await signs_with(desk, way, old)
    await way.pay(desk, pages[2])
    await refused(desk)
    assert await desk.world.balance() == (100_00, 0), "the old one has ended"
    await signs_with(desk, way, new)

"""A provider's server is called while it is one that may be called, whatever a stored account says."""

import pytest

from chassis.db.engine import driver

from .world import World

ELSEWHERE = "http://169.254.169.254"


async def point_elsewhere(world: World, address: str = ELSEWHERE) -> None:
    """Accounts as they are when what may be called has become less since they were made."""
    async with world.service.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            "UPDATE provider_setting SET settings = settings || jsonb_build_object('base_url', $1::text)", address
        )


@pytest.fixture
async def rich(world: World) -> World:
    await world.give(500_00)
    return world


async def test_nothing_new_is_begun_with_a_server_that_may_not_be_called(rich: World) -> None:
    await point_elsewhere(rich)
    for answer in (await rich.deposit(), await rich.withdraw()):
        assert (answer.status_code, answer.json()["code"]) == (409, "provider_not_offered")
        assert answer.json()["errors"][0]["field"] == "provider"
    assert rich.stripe.calls == []


async def test_a_deposit_is_not_asked_about_elsewhere_and_its_webhook_still_counts(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    asked = len(world.stripe.calls)
    await point_elsewhere(world)
    await world.pass_time(minutes=30)
    assert len(world.stripe.calls) == asked
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (50_00, 0)


async def test_an_approved_payout_waits_until_its_server_may_be_called(rich: World) -> None:
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    for person in (rich.staff(), rich.staff()):
        await rich.approve(withdrawal_id, person)
    await point_elsewhere(rich)
    await rich.pass_time(minutes=5)
    assert rich.trustly.calls == []
    await point_elsewhere(rich, "https://api.trustly.com")
    await rich.pass_time(minutes=5)
    assert len(rich.trustly.calls) == 1
    assert (await rich.get(f"/withdrawals/{withdrawal_id}")).json()["status"] == "sent"


@pytest.mark.parametrize("name", ["base_url", "checkout_url"])
async def test_every_server_of_an_account_is_one_that_may_be_called(world: World, name: str) -> None:
    settings = {"base_url": "https://www.skrill.com", "checkout_url": "https://pay.skrill.com"}
    account = {"pay_to_email": "casino@example.com", "merchant_id": "4637827"}
    secrets = {"secret_word": "secretword", "api_password": "password1"}
    body = {"enabled": True, "currencies": ["EUR"], "settings": {**settings, **account, name: ELSEWHERE}}
    answer = await world.settle("/providers/skrill", {**body, "secrets": secrets})
    assert (answer.status_code, answer.json()["code"]) == (422, "partner_address_not_allowed")
    assert answer.json()["errors"][0]["field"] == f"settings.{name}"

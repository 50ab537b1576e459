"""Who we are at a provider: what was begun as one customer of it is never repeated as another."""

import json
from asyncio import gather
from typing import Any

import pytest

from chassis.testing.problems import problem
from payments.adapters.tables import provider_setting

from .fakes import OUR_PRIVATE, THEIR_PUBLIC
from .test_notifications import set_aside
from .world import World


async def configure(world: World, provider: str = "trustly", secrets: Any = None, **settings: str) -> Any:
    usual = {
        "trustly": {"base_url": "https://test.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC},
        "stripe": {"base_url": "https://api.stripe.com"},
    }[provider]
    body = {"enabled": True, "currencies": ["EUR"], "settings": {**usual, **settings}, "secrets": secrets or {}}
    return await world.settle(f"/providers/{provider}", body)


async def approved(world: World) -> str:
    """A withdrawal that is about to be sent."""
    withdrawal_id = str((await world.withdraw(100_00)).json()["withdrawal_id"])
    for _ in range(2):
        await world.approve(withdrawal_id)
    return withdrawal_id


async def status(world: World, withdrawal_id: str) -> str:
    return str((await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def rename(world: World, **settings: str) -> None:
    """Change the account's row as nobody can over HTTP."""
    async with world.service.db.write() as connection:
        table = provider_setting
        row = (await connection.execute(table.select().where(table.c.provider == "trustly"))).mappings().one()
        changed = table.update().where(table.c.provider == "trustly").values(settings={**row["settings"], **settings})
        await connection.execute(changed)


@pytest.fixture
async def unknown(world: World) -> str:
    """A payout whose order was taken and whose answer was lost."""
    await world.give(500_00)
    withdrawal_id = await approved(world)
    world.trustly.lost = 1
    await world.run_tasks()
    assert await status(world, withdrawal_id) == "unknown"
    return withdrawal_id


@pytest.mark.parametrize("change", [{"username": "another"}, {"base_url": "https://api.trustly.com"}])
async def test_while_a_payout_is_unknown_its_account_stays_who_it_is(
    world: World, unknown: str, change: dict[str, str]
) -> None:
    refused = problem(await configure(world, **change), 409, "provider_account_in_use")
    assert [one["field"] for one in refused["errors"]] == ["settings"]
    await world.pass_time(seconds=3)
    assert await status(world, unknown) == "sent"
    assert (await configure(world, **change)).status_code == 200


async def test_passwords_keys_and_what_the_player_reads_may_be_changed_at_any_time(world: World, unknown: str) -> None:
    secrets = {"password": "another-password", "private_key": OUR_PRIVATE}
    answer = await configure(world, secrets=secrets, shopper_statement="Other", base_url="https://test.trustly.com/")
    assert answer.status_code == 200, answer.text
    await world.pass_time(seconds=3)
    assert await status(world, unknown) == "sent"
    assert len(world.trustly.orders) == 1


async def test_an_order_is_never_repeated_as_another_customer_and_a_person_hears_of_it(
    world: World, unknown: str
) -> None:
    await rename(world, username="another")
    for _ in range(3):
        await world.pass_time(minutes=1)
    assert len(world.trustly.calls) == 1
    assert await status(world, unknown) == "unknown"
    assert await set_aside(world) == [("trustly", "account_identity_differs")]
    assert (await configure(world)).status_code == 200, "the way back is open"
    await world.pass_time(minutes=15)
    assert await status(world, unknown) == "sent"
    assert len({call.body for call in world.trustly.calls}) == 1


@pytest.mark.parametrize("attempt", range(3))
async def test_an_account_that_changes_while_an_order_is_begun_is_the_old_one_or_the_new_one_throughout(
    world: World, attempt: int
) -> None:
    await world.give(500_00)
    withdrawal_id = await approved(world)
    world.trustly.lost = 1
    change, _ = await gather(configure(world, username="another"), world.run_tasks())
    assert change.status_code in (200, 409), attempt
    await world.pass_time(seconds=3)
    assert await status(world, withdrawal_id) == "sent"
    senders = {json.loads(call.body)["params"]["Data"]["Username"] for call in world.trustly.calls}
    assert senders == {"another" if change.status_code == 200 else "casino"} or change.status_code == 200
    assert len(senders) == 1
    assert await set_aside(world) == []


async def test_while_deposits_are_open_their_account_stays_who_it_is(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    elsewhere = {"base_url": "https://api.stripe.com/other"}
    problem(await configure(world, "stripe", **elsewhere), 409, "provider_account_in_use")
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert (await configure(world, "stripe", **elsewhere)).status_code == 200

"""Secrets are replaced without a gap: two generations are heard until a set moment, and calls use the new ones."""

from datetime import timedelta
from typing import Any

import pytest

from .fakes import WEBHOOK_SECRET
from .test_providers import STRIPE, put
from .world import V1, World

NEW = "whsec_another_secret_of_the_same_endpoint"


async def replace_secret(world: World, minutes: float | None = 60, **secrets: str) -> Any:
    """Another webhook secret, and perhaps a time for the one before."""
    body: dict[str, Any] = {**STRIPE, "secrets": secrets or {"webhook_secret": NEW}}
    if minutes is not None:
        body["replaced_until"] = (world.clock.now() + timedelta(minutes=minutes)).isoformat()
    return await put(world, body)


async def heard(world: World, secret: str) -> int:
    """How a notification about a new deposit is answered that is signed with this secret."""
    await world.beat()
    deposit_id = (await world.deposit()).json()["deposit_id"]
    answer = await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id), secret=secret)
    return answer.status_code


async def shown(world: World) -> dict[str, Any]:
    listed = await world.client.get(f"{V1}/casinos/{world.casino}/providers", headers=world.staff())
    return next(one for one in listed.json() if one["provider"] == "stripe")


async def test_what_is_signed_with_the_old_or_the_new_secret_counts_until_the_old_one_ends(world: World) -> None:
    assert (await replace_secret(world)).status_code == 200
    assert (await heard(world, WEBHOOK_SECRET), await heard(world, NEW)) == (200, 200)
    world.clock.advance(timedelta(minutes=59, seconds=59))
    assert await heard(world, WEBHOOK_SECRET) == 200
    world.clock.advance(timedelta(seconds=1))
    assert (await heard(world, WEBHOOK_SECRET), await heard(world, NEW)) == (401, 200)


async def test_without_a_time_the_old_one_ends_at_once(world: World) -> None:
    await replace_secret(world, None)
    assert (await heard(world, WEBHOOK_SECRET), await heard(world, NEW)) == (401, 200)


async def test_calls_use_the_newest_from_the_start(world: World) -> None:
    await replace_secret(world, 60, api_key="sk_test_newest")
    await world.deposit()
    assert world.stripe.calls[-1].headers["Authorization"] == "Bearer sk_test_newest"


async def test_there_are_never_more_than_two_generations(world: World) -> None:
    await replace_secret(world)
    await replace_secret(world, 60, webhook_secret="whsec_the_third_secret_of_the_endpoint")
    assert (await heard(world, WEBHOOK_SECRET), await heard(world, NEW)) == (401, 200)


async def test_the_overlap_is_ended_earlier_or_later_by_saying_so(world: World) -> None:
    await replace_secret(world, 2)
    assert (await replace_secret(world, 4, webhook_secret=NEW)).status_code == 200
    world.clock.advance(timedelta(minutes=3))
    assert await heard(world, WEBHOOK_SECRET) == 200
    assert (await replace_secret(world, -1, webhook_secret=NEW)).status_code == 200
    assert (await heard(world, WEBHOOK_SECRET), await heard(world, NEW)) == (401, 200)


async def test_it_is_shown_which_secret_was_replaced_and_never_what_it_is(world: World) -> None:
    answer = await replace_secret(world)
    one = await shown(world)
    assert (one["replaced"], one["replaced_until"] is not None) == (["webhook_secret"], True)
    stored = await world.rows("SELECT secrets::text || replaced::text AS sealed FROM provider_setting")
    told = await world.rows("SELECT envelope AS sealed FROM outbox")
    everything = " ".join([answer.text, str(one), *(row["sealed"] for row in (*stored, *told))])
    assert WEBHOOK_SECRET not in everything
    assert NEW not in everything
    assert '"replaced": ["webhook_secret"]' in everything or '"replaced":["webhook_secret"]' in everything


async def test_what_was_replaced_is_forgotten_when_its_time_is_over(world: World) -> None:
    await replace_secret(world)
    await world.pass_time(minutes=59)
    assert (await shown(world))["replaced"] == ["webhook_secret"]
    await world.pass_time(minutes=1)
    one = await shown(world)
    assert (one["replaced"], one["replaced_until"]) == ([], None)
    kept = await world.rows("SELECT 1 FROM provider_setting WHERE replaced <> '{}'")
    assert kept == []


@pytest.mark.parametrize(
    ("minutes", "secret"), [(60, WEBHOOK_SECRET), (60 * 24 * 31, NEW)], ids=["nothing", "too-long"]
)
async def test_an_overlap_that_makes_no_sense_is_refused(world: World, minutes: float, secret: str) -> None:
    answer = await replace_secret(world, minutes, webhook_secret=secret, api_key="sk_test_secret")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "replaced_until")
    assert await heard(world, WEBHOOK_SECRET) == 200

"""How little and how much a casino takes in one deposit."""

import json
from typing import Any

import pytest

from contracts.money import EXPONENTS
from payments.domain.deposit.bounds import MOST_MINOR

from .world import World

URL = "https://api.stripe.com"


async def put(world: World, bounds: Any = ..., provider: str = "stripe", **changes: Any) -> Any:
    body = {"enabled": True, "currencies": ["EUR"], "settings": {"base_url": URL}, **changes}
    if bounds is not ...:
        body["deposit_bounds"] = bounds
    return await world.settle(f"/providers/{provider}", body)


async def test_a_deposit_within_the_bounds_is_taken_and_none_outside(world: World) -> None:
    shown = await put(world, {"EUR": {"min_minor": 10_00, "max_minor": 500_00}})
    assert shown.json()["deposit_bounds"] == {"EUR": {"min_minor": 10_00, "max_minor": 500_00}}
    for amount in (9_99, 500_01):
        answer = await world.deposit(amount)
        assert (answer.status_code, answer.json()["code"]) == (409, "amount_outside_policy")
        assert answer.json()["errors"][0]["field"] == "amount_minor"
    assert await world.rows("SELECT 1 FROM event WHERE stream_id NOT LIKE 'approval-%'") == []
    assert world.stripe.calls == []
    for amount in (10_00, 500_00):
        assert (await world.deposit(amount)).status_code == 201


async def test_one_bound_may_be_open(world: World) -> None:
    await put(world, {"EUR": {"min_minor": 10_00}})
    assert (await world.deposit(9_99)).json()["detail"] == "At least 1000 minor units at once."
    assert (await world.deposit(100_000_00)).status_code == 201


@pytest.mark.parametrize("bounds", [..., {"EUR": {"min_minor": 10_00}}, {"EUR": {"max_minor": None}}])
async def test_where_a_casino_names_no_most_there_is_one_all_the_same(world: World, bounds: Any) -> None:
    await put(world, bounds)
    for amount in (100_000_01, 999_999_99):
        answer = await world.deposit(amount)
        assert (answer.status_code, answer.json()["code"]) == (409, "amount_outside_policy")
        (told,) = answer.json()["errors"]
        assert (told["field"], answer.json()["detail"]) == ("amount_minor", "At most 10000000 minor units at once.")
    assert world.stripe.calls == []
    assert (await world.deposit(100_000_00)).status_code == 201


async def test_a_casino_may_take_more_when_two_people_say_so(world: World) -> None:
    await put(world, {"EUR": {"max_minor": 500_000_00}})
    assert (await world.deposit(500_000_00)).status_code == 201
    assert (await world.deposit(500_000_01)).json()["code"] == "amount_outside_policy"


def test_every_currency_has_a_most_and_it_is_no_odd_amount() -> None:
    assert MOST_MINOR.keys() == EXPONENTS.keys()
    assert all(most % 10 ** EXPONENTS[currency] == 0 for currency, most in MOST_MINOR.items())


async def test_bounds_stay_when_nothing_is_said_of_them_and_go_when_none_are_given(world: World) -> None:
    await put(world, {"EUR": {"max_minor": 10_00}})
    await put(world)
    assert (await world.deposit(20_00)).json()["code"] == "amount_outside_policy"
    await put(world, {})
    assert (await world.deposit(20_00)).status_code == 201


async def test_bounds_of_a_currency_go_with_it(world: World) -> None:
    await put(world, {"EUR": {"max_minor": 10_00}, "GBP": {"max_minor": 9_00}}, currencies=["EUR", "GBP"])
    assert (await put(world)).json()["deposit_bounds"] == {"EUR": {"min_minor": None, "max_minor": 10_00}}


async def test_what_was_begun_is_credited_whatever_the_bounds_say_since(world: World) -> None:
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    await put(world, {"EUR": {"max_minor": 10_00}})
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (50_00, 0)


async def test_a_change_of_bounds_is_told_with_before_and_after(world: World) -> None:
    await put(world, {"EUR": {"max_minor": 10_00}})
    rows = await world.rows("SELECT envelope FROM outbox ORDER BY id DESC LIMIT 1")
    told = json.loads(rows[0]["envelope"])["data"]
    assert told["before"]["deposit_bounds"] == {}
    assert told["after"]["deposit_bounds"] == {"EUR": {"min_minor": None, "max_minor": 10_00}}


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ({"EUR": {"min_minor": 2, "max_minor": 1}}, "deposit_bounds.EUR.min_minor"),
        ({"GBP": {"min_minor": 2}}, "deposit_bounds.GBP"),
        ({"EUR": {"min_minor": 0}}, "deposit_bounds.EUR.min_minor"),
        ({"EUR": {"min_minor": "2"}}, "deposit_bounds.EUR.min_minor"),
        ({"EUR": {"max_minor": 10**16}}, "deposit_bounds.EUR.max_minor"),
        ({"EUR": {"most": 1}}, "deposit_bounds.EUR.most"),
        ({"EUR": 7}, "deposit_bounds.EUR"),
    ],
)
async def test_bounds_that_make_no_sense_are_refused_by_their_field(world: World, bounds: Any, field: str) -> None:
    answer = await put(world, bounds)
    assert answer.status_code == 422, answer.text
    assert field in [one["field"] for one in answer.json()["errors"]], answer.text


async def test_an_account_is_set_up_in_a_currency_that_its_provider_writes_longer(world: World) -> None:
    answer = await put(world, currencies=["ISK", "JPY", "KWD"])
    assert (answer.status_code, answer.json()["currencies"]) == (200, ["ISK", "JPY", "KWD"])


async def test_a_currency_is_named_once(world: World) -> None:
    answer = await put(world, currencies=["EUR", "SEK", "EUR"])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "currencies")
    assert "EUR" in answer.json()["errors"][0]["message"]

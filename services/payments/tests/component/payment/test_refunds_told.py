"""Refunds as they are told of, and refunds through a provider that takes no payments any more."""

from datetime import timedelta
from urllib.parse import urlencode

from .test_partner_addresses import point_elsewhere
from .test_refunds import at_stripe, listed, propose, refund, statuses
from .test_taken_back import books_hold, paid_in
from .world import STRIPE, World


async def test_what_is_put_aside_for_a_refund_is_still_held_for_the_player_wherever_it_is_told(world: World) -> None:
    before = world.clock.now()
    await refund(world, await paid_in(world))
    after = world.clock.now() + timedelta(seconds=1)
    wallet = f"/players/{world.player}/wallets/EUR"
    period = (
        await world.get(f"{wallet}/statement?{urlencode({'since': before, 'until': after})}", as_=world.staff())
    ).json()
    assert (period["closing"]["cash_minor"], period["closing"]["on_hold_minor"]) == (20_00, 30_00)
    held = (await world.get(f"{wallet}/at?{urlencode({'at': after})}", as_=world.staff())).json()
    assert (held["cash_minor"], held["on_hold_minor"]) == (20_00, 30_00)
    owed_to = (await world.get(f"/ledger/liabilities?casino_id={world.casino}", as_=world.staff())).json()["lines"]
    assert [(one["on_hold_minor"], one["held_for_players_minor"]) for one in owed_to] == [(30_00, 50_00)]
    assert await world.ledger_sum() == 0


async def test_it_goes_back_the_way_it_came_though_the_provider_was_switched_off_since(world: World) -> None:
    intent = await paid_in(world)
    await world.settle("/providers/stripe", {"enabled": False, "currencies": ["SEK"], **STRIPE})
    assert (await world.deposit()).json()["code"] == "provider_not_offered"
    await refund(world, intent)
    await world.run_tasks()
    assert (await statuses(world), at_stripe(world)["amount"]) == (["succeeded"], 30_00)
    await books_hold(world)


async def test_where_its_provider_cannot_be_called_it_is_refused_and_told_so(world: World) -> None:
    intent = await paid_in(world)
    await point_elsewhere(world)
    refused = await propose(world, intent)
    assert (refused.status_code, refused.json()["code"]) == (409, "deposit_not_refundable")
    assert "cannot be called" in refused.json()["detail"]


async def test_one_refund_is_shown_as_in_the_list(world: World) -> None:
    refund_id = await refund(world, await paid_in(world))
    (row,) = await listed(world)
    assert (await world.get(f"/refunds/{refund_id}", as_=world.staff())).json() == row

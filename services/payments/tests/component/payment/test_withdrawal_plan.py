"""A player does not choose where his money goes back to, and whoever lets it go knows where it goes."""

from typing import Any
from uuid import UUID, uuid4

from payments.application.instruments.seeing import Whose, see_instrument
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Instrument, Kind

from .test_bulk import proposed
from .test_closed_loop import approve, by_account, settle, shape, split, whole
from .test_parts_decided import stripe
from .test_taken_back import books_hold, paid_in
from .world import World

TO_CARD = [("refund", "deposited", 40_00, None)]


async def by_card(world: World, intent: dict[str, Any]) -> str:
    """A provider told which card paid; the id of that."""
    told = Instrument(kind=Kind.CARD, fingerprint="stripe:card_1", bin="424242", last_four="4242")
    whose = Whose(
        payment_id=UUID(intent["metadata"]["order_id"]),
        player_id=world.player,
        casino_id=world.casino,
        provider="stripe",
        direction=Direction.IN,
    )
    ctx = world.desk.ours("test", world.casino)
    await world.desk.app.transact(lambda uow: see_instrument(world.desk, uow, whose, told), ctx)
    return str(next(one["instrument_id"] for one in await world.instruments() if one["kind"] == "card"))


async def switch_off(world: World, instrument_id: str, as_: dict[str, str] | None = None) -> None:
    answer = await world.post(f"/instruments/{instrument_id}/disable", {"reason": "lost it"}, as_=as_)
    assert answer.status_code == 200, answer.text


async def asked(world: World, amount_minor: int = 40_00) -> str:
    return str((await world.withdraw(amount_minor)).json()["withdrawal_id"])


async def named(world: World, withdrawal_id: str) -> dict[str, Any]:
    return dict((await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json())


async def test_money_goes_back_to_a_card_that_its_player_switched_off(world: World) -> None:
    card = await by_card(world, await paid_in(world))
    await settle(world)
    withdrawal_id = await asked(world)
    assert shape(await split(world, withdrawal_id)) == TO_CARD
    await switch_off(world, card)
    assert shape(await split(world, withdrawal_id)) == TO_CARD
    await approve(world, withdrawal_id)
    assert (await whole(world, withdrawal_id), world.trustly.orders) == (("paid", 40_00), {})
    (shown,) = [one for one in await world.instruments(world.staff()) if one["kind"] == "card"]
    assert (shown["disabled"], shown["disabled_by_player"]) == (True, True)
    await books_hold(world)


async def test_what_staff_switch_off_between_a_look_and_the_yes_is_news(world: World) -> None:
    card = await by_card(world, await paid_in(world))
    await settle(world)
    withdrawal_id = await asked(world)
    before = await named(world, withdrawal_id)
    await switch_off(world, card)
    await switch_off(world, card, world.staff())
    answer = await world.approve(withdrawal_id)
    after = await named(world, withdrawal_id)
    assert (answer.json()["status"], after["approved_by"]) == ("awaiting_approval", [])
    assert "plan_changed" in after["stopped_by"]
    assert "plan_changed" not in before["stopped_by"]
    assert after["payload_sha256"] != before["payload_sha256"]
    body = {"reason": "as before", "payload_sha256": before["payload_sha256"]}
    stale = await world.post(f"/withdrawals/{withdrawal_id}/approve", body, as_=world.staff(uuid4()))
    assert (stale.status_code, stale.json()["code"]) == (409, "approval_payload_differs")
    await approve(world, withdrawal_id)
    found = await split(world, withdrawal_id)
    assert shape(found) == [("payout", "not_back", 40_00, "open")], "it is kept though it was not divided"
    assert [(one["amount_minor"], one["obstacle"]) for one in found["left_out"]] == [(40_00, "disabled")]
    assert found["parts"][0]["not_back_minor"] == 40_00
    await world.notify("payoutconfirmation", withdrawal_id)
    assert shape(await split(world, withdrawal_id)) == [("payout", "not_back", 40_00, "paid")]


async def test_what_changes_between_the_yes_and_the_order_is_news(world: World) -> None:
    card = await by_card(world, await paid_in(world))
    await settle(world, in_batches=True)
    withdrawal_id = await asked(world)
    await approve(world, withdrawal_id)
    assert (await whole(world, withdrawal_id))[0] == "approved"
    await switch_off(world, card, world.staff())
    await settle(world)
    ann = world.staff(uuid4())
    _, started = await proposed(world, "release", ann, "status=eq.approved")
    await world.approved(started)
    await world.run_tasks()
    row = await named(world, withdrawal_id)
    assert (row["status"], world.trustly.orders) == ("awaiting_approval", {})
    assert "plan_changed" in row["stopped_by"]


async def test_what_a_player_pays_in_later_is_news_and_what_less_of_goes_anywhere_is_none(world: World) -> None:
    await paid_in(world)
    await settle(world)
    withdrawal_id = await asked(world)
    await stripe(world, enabled=False)
    answer = await world.approve(withdrawal_id)
    assert "plan_changed" not in (await named(world, withdrawal_id))["stopped_by"], answer.text
    await stripe(world, enabled=True)
    await paid_in(world)
    await world.approve(withdrawal_id)
    row = await named(world, withdrawal_id)
    assert "plan_changed" in row["stopped_by"]


async def test_an_account_that_its_player_switched_off_gets_nothing_and_neither_does_another_place(
    world: World,
) -> None:
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    withdrawal_id = await asked(world, 80_00)
    known = next(one["instrument_id"] for one in await world.instruments() if one["deposits"])
    await switch_off(world, known)
    seen = await split(world, withdrawal_id)
    assert (shape(seen), seen["rest_minor"]) == ([("payout", "winnings", 30_00, None)], 50_00)
    assert [one["obstacle"] for one in seen["left_out"]] == ["disabled_by_player"]
    await approve(world, withdrawal_id)
    (part,) = (await split(world, withdrawal_id))["parts"]
    await world.notify("payoutconfirmation", part["part_id"])
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 30_00)

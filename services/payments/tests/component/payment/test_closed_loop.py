"""Withdrawals that go back to where the money came from: their parts, and whatever becomes of them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from payments.application.floats.watching import FloatWatch
from payments.application.instruments.seeing import Whose, see_instrument
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Instrument, Kind

from .test_destinations import IBAN
from .test_payout_routing import terms
from .test_taken_back import books_hold, paid_in, shown
from .world import World


async def settle(world: World, **policy: Any) -> None:
    body = {"currency": "EUR", "second_person_above_minor": 500_00, "closed_loop": "newest", **policy}
    answer = await world.settle("/withdrawal-policy", body)
    assert answer.status_code == 200, answer.text


async def approved(world: World, amount_minor: int = 80_00) -> str:
    """A withdrawal that people approved and that was sent, whole or in parts."""
    withdrawal_id = str((await world.withdraw(amount_minor)).json()["withdrawal_id"])
    await approve(world, withdrawal_id)
    return withdrawal_id


async def approve(world: World, withdrawal_id: str) -> None:
    """Rules against fraud want two for what is paid in and out again."""
    while (await whole(world, withdrawal_id))[0] == "awaiting_approval":
        answer = await world.approve(withdrawal_id)
        assert answer.status_code == 200, answer.text
    await world.run_tasks()


async def split(world: World, withdrawal_id: str) -> dict[str, Any]:
    answer = await world.get(f"/withdrawals/{withdrawal_id}/split", as_=world.staff())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def shape(found: dict[str, Any]) -> list[tuple[str, str, int, str | None]]:
    return [(one["way"], one["why"], one["amount_minor"], one["stands"]) for one in found["parts"]]


async def whole(world: World, withdrawal_id: str) -> tuple[str, int | None]:
    row = (await world.get(f"/withdrawals/{withdrawal_id}")).json()
    return row["status"], row["paid_minor"]


async def by_account(world: World, intent: dict[str, Any], account_id: str = "9990001") -> None:
    """Somebody told that the deposit came from an account that Trustly can pay to."""
    told = Instrument(kind=Kind.BANK, fingerprint=f"trustly:{account_id}", pays_to={"account_id": account_id})
    whose = Whose(
        payment_id=UUID(intent["metadata"]["order_id"]),
        player_id=world.player,
        casino_id=world.casino,
        provider="trustly",
        direction=Direction.IN,
    )
    ctx = world.desk.ours("test", world.casino)
    await world.desk.app.transact(lambda uow: see_instrument(world.desk, uow, whose, told), ctx)


async def test_what_was_paid_in_is_refunded_and_the_winnings_go_where_he_wants_them(world: World) -> None:
    intent = await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = str((await world.withdraw(80_00)).json()["withdrawal_id"])
    before = await split(world, withdrawal_id)
    assert shape(before) == [("refund", "deposited", 50_00, None), ("payout", "winnings", 30_00, None)]
    assert (before["planned"], before["winnings_minor"]) == (True, 30_00)
    await approve(world, withdrawal_id)
    assert await whole(world, withdrawal_id) == ("split", 50_00)
    (order,) = world.trustly.orders.values()
    assert order["Amount"] == "30.00"
    after = await split(world, withdrawal_id)
    assert shape(after) == [("refund", "deposited", 50_00, "paid"), ("payout", "winnings", 30_00, "open")]
    await books_hold(world)
    await world.notify("payoutconfirmation", after["parts"][1]["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    assert await world.balance() == (70_00, 0)
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    assert (await world.published()).count("withdrawal_paid") == 1
    await books_hold(world)


async def test_what_came_from_an_account_is_paid_back_to_it(world: World) -> None:
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    withdrawal_id = await approved(world)
    paid_to = {(one["AccountID"], one["Amount"]) for one in world.trustly.orders.values()}
    assert paid_to == {("9990001", "50.00"), ("1520389582", "30.00")}
    for part in (await split(world, withdrawal_id))["parts"]:
        await world.notify("payoutconfirmation", part["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    again = await approved(world, 10_00)
    assert await whole(world, again) == ("sent", None)
    await books_hold(world)


async def test_winnings_that_an_account_was_paid_return_no_deposit_that_came_later(world: World) -> None:
    await by_account(world, await paid_in(world), "1520389582")
    await world.give(300_00)
    await settle(world)
    won = await approved(world, 200_00)
    assert shape(await split(world, won)) == [("payout", "winnings", 200_00, "open")]
    await world.notify("payoutconfirmation", won)
    await by_account(world, await paid_in(world), "1520389582")
    elsewhere = (await world.withdraw(80_00, destination={"account_id": "9990001"})).json()["withdrawal_id"]
    assert shape(await split(world, elsewhere)) == [
        ("payout", "deposited", 50_00, None),
        ("payout", "winnings", 30_00, None),
    ]
    await books_hold(world)


@pytest.mark.parametrize("by", [{}, {"provider": None, "method": "bank", "destination": IBAN}], ids=["named", "method"])
async def test_a_provider_has_to_have_what_it_pays_and_not_what_others_give_back(
    world: World, by: dict[str, Any]
) -> None:
    await paid_in(world, 450_00)
    await world.give(50_00)
    await settle(world)
    await terms(world, "trustly", payout_max_minor={"EUR": 60_00})
    world.trustly.balance = "55.00"
    await FloatWatch(world.desk).look()
    answer = await world.withdraw(500_00, **by)
    assert answer.status_code == 201, answer.text
    planned = shape(await split(world, answer.json()["withdrawal_id"]))
    assert planned == [("refund", "deposited", 450_00, None), ("payout", "winnings", 50_00, None)]
    await world.give(5_01)
    assert (await world.withdraw(5_01, **by)).json()["code"] == "no_provider_available"


async def test_a_rest_that_is_too_little_to_be_paid_is_sent_nowhere_and_waits_for_people(world: World) -> None:
    await paid_in(world, 450_00)
    await world.give(50)
    await settle(world)
    await terms(world, "trustly", payout_min_minor={"EUR": 10_00})
    withdrawal_id = str((await world.withdraw(450_50)).json()["withdrawal_id"])
    before = await split(world, withdrawal_id)
    assert (shape(before), before["rest_minor"]) == ([("refund", "deposited", 450_00, None)], 50)
    await approve(world, withdrawal_id)
    assert (await whole(world, withdrawal_id), world.trustly.orders) == (("halted", 450_00), {})
    again = {"reason": "he wants it all", "elsewhere": True}
    for _ in range(2):
        answer = await world.post(f"/withdrawals/{withdrawal_id}/retry", again, as_=world.staff(uuid4()))
        assert answer.status_code == 200, answer.text
    await world.run_tasks()
    assert (await whole(world, withdrawal_id), world.trustly.orders) == (("halted", 450_00), {})
    given_back = await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "too little"}, as_=world.staff())
    assert given_back.status_code == 200, given_back.text
    assert (await whole(world, withdrawal_id))[0] == "partly_paid"
    assert await world.balance() == (50, 0)
    assert (await world.withdraw(50)).json()["code"] == "no_provider_available"
    await books_hold(world)


async def wanted_elsewhere(world: World, withdrawal_id: str) -> None:
    """As many want it as it took to approve it."""
    body = {"reason": "that card is gone for good", "elsewhere": True}
    for status in ("split", "split"):
        answer = await world.post(f"/withdrawals/{withdrawal_id}/retry", body, as_=world.staff(uuid4()))
        assert (answer.status_code, answer.json()["status"]) == (200, status), answer.text
    await world.run_tasks()


async def test_what_cannot_go_back_goes_another_way_once_as_many_want_that_as_approved_it(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    world.stripe.refund_error = "charge_already_refunded"
    withdrawal_id = await approved(world)
    await world.run_tasks()
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    assert shape(found) == [("refund", "deposited", 50_00, "failed"), ("payout", "winnings", 30_00, "open")]
    assert (found["for_people"], found["rest_minor"]) == (True, 50_00)
    await wanted_elsewhere(world, withdrawal_id)
    found = await split(world, withdrawal_id)
    assert shape(found) == [
        ("refund", "deposited", 50_00, "failed"),
        ("payout", "winnings", 30_00, "open"),
        ("payout", "not_back", 50_00, "open"),
    ]
    assert [(one["amount_minor"], one["obstacle"]) for one in found["left_out"]] == [(50_00, "failed_before")]
    assert found["winnings_minor"] == 30_00
    assert await world.balance() == (70_00, 80_00)
    for part in found["parts"][1:]:
        await world.notify("payoutconfirmation", part["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    await books_hold(world)


async def test_what_can_go_nowhere_stays_on_hold_until_a_person_decides(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    world.trustly.refuse = "ERROR_ACCOUNT_NOT_FOUND"
    withdrawal_id = await approved(world)
    await world.run_tasks()
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 50_00)
    assert await world.balance() == (70_00, 30_00)
    answer = await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "closed"}, as_=world.staff(uuid4()))
    assert (answer.status_code, answer.json()["status"]) == (200, "partly_paid")
    assert await world.balance() == (100_00, 0)
    await books_hold(world)


async def test_a_part_nobody_knows_the_end_of_is_sent_nowhere_else(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    world.trustly.lost = 9
    withdrawal_id = await approved(world)
    await world.pass_time(hours=2)
    assert shape(await split(world, withdrawal_id)) == [
        ("refund", "deposited", 50_00, "paid"),
        ("payout", "winnings", 30_00, "open"),
    ]
    answer = await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "late"}, as_=world.staff(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (409, "withdrawal_already_sent")
    assert len(world.trustly.orders) == 1
    await books_hold(world)


async def test_without_the_casinos_wish_all_of_it_goes_where_the_player_wants_it(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world, closed_loop=None)
    withdrawal_id = await approved(world)
    assert await whole(world, withdrawal_id) == ("sent", None)
    assert shape(await split(world, withdrawal_id)) == []


async def test_what_may_go_to_what_nobody_verified_waits_for_a_person(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world, automatic_up_to_minor=100_00)
    for amount_minor in (60_00, 50_00):  # All of the second would go back; what falls through goes there.
        withdrawal_id = (await world.withdraw(amount_minor)).json()["withdrawal_id"]
        row = (await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json()
        assert "destination" in row["stopped_by"]


async def test_the_split_is_for_staff_of_the_casino(world: World) -> None:
    await world.give(100_00)
    withdrawal_id = str((await world.withdraw(80_00)).json()["withdrawal_id"])
    assert (await world.get(f"/withdrawals/{withdrawal_id}/split")).status_code == 403
    elsewhere = await world.get(f"/withdrawals/{withdrawal_id}/split", as_=world.staff(casino=uuid4()))
    assert elsewhere.status_code == 404
    nobody = await world.get(f"/withdrawals/{uuid4()}/split", as_=world.staff())
    assert nobody.status_code == 404

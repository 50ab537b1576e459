"""Money that came back where no provider says so: two people find out, and each proof counts once."""

from typing import Any
from uuid import UUID, uuid4

from .test_notifications import set_aside
from .test_outcomes import decided, expired, never_collected, say
from .test_taken_back import PAYER, books_hold, owed, paid_in, shown, spend
from .world import World


async def given_back(world: World, deposit_id: str, amount_minor: int, reference: str = "case 7", **other: Any) -> Any:
    """One person's word that so much of what was taken back is there again."""
    return await say(
        world, f"/deposits/{deposit_id}", reference, outcome="given_back", amount_minor=amount_minor, **other
    )


async def test_a_wrong_never_collected_is_undone_by_two_people(world: World) -> None:
    intent = await paid_in(world)
    deposit_id = intent["metadata"]["order_id"]
    await spend(world, 20_00)
    assert (await decided(world, await never_collected(world, intent))).json()["state"] == "executed"
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    more = await given_back(world, deposit_id, 50_01)
    assert (more.status_code, more.json()["errors"][0]["field"]) == (422, "amount_minor")
    me = world.staff(uuid4())
    proposed = await given_back(world, deposit_id, 50_00, as_=me)
    assert (await decided(world, proposed, me)).json()["code"] == "another_person_needed"
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    assert (await decided(world, proposed)).json()["state"] == "executed"
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    assert (await world.balance(), await owed(world)) == ((30_00, 0), 0)
    again = await given_back(world, deposit_id, 1)
    assert (again.status_code, again.json()["code"]) == (409, "outcome_known")
    assert (await decided(world, await never_collected(world, intent, 10_00))).json()["state"] == "executed"
    assert await shown(world, intent) == ("partially_reversed", 50_00, 10_00)
    await books_hold(world)


async def test_what_came_again_after_a_debit_is_booked_by_two_people_in_parts(world: World) -> None:
    asked = await world.deposit(50_00, provider="trustly", details=PAYER)
    at_bank = UUID(asked.json()["deposit_id"]).hex
    for method in ("credit", "debit", "credit"):
        await world.notify(method, at_bank, amount="50.00")
    assert (await world.balance(), await set_aside(world)) == ((0, 0), [("trustly", "paid_after_taken_back")])
    for amount_minor, reference in ((20_00, "statement 7"), (30_00, "statement 8")):
        proposed = await given_back(world, asked.json()["deposit_id"], amount_minor, reference)
        assert (await decided(world, proposed)).json()["state"] == "executed"
    assert await world.balance() == (50_00, 0)
    assert await world.transfers() == [
        ("deposit", 50_00), ("deposit_reversal", 50_00), ("deposit_reinstated", 20_00), ("deposit_reinstated", 30_00)
    ]  # fmt: skip
    assert (await world.published())[-1] == "deposit_reinstated"
    await books_hold(world)


async def test_what_was_not_taken_back_did_not_come_back(world: World) -> None:
    paid = await paid_in(world)
    answer = await given_back(world, paid["metadata"]["order_id"], 1_00)
    assert (answer.status_code, answer.json()["code"]) == (409, "outcome_known")
    deposit_id, _ = await expired(world)
    answer = await given_back(world, str(deposit_id), 1_00)
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_credited")
    answer = await say(world, f"/deposits/{deposit_id}", outcome="given_back", amount_minor=1_00)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reference")
    answer = await say(world, f"/deposits/{deposit_id}", "case 7", outcome="given_back")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "amount_minor")

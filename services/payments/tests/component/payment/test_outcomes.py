"""What became of an order where the provider does not say it: two people find out, and nothing moves twice."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from .test_notifications import set_aside
from .test_refunds import refund, statuses
from .test_taken_back import books_hold, owed, paid_in, shown, spend
from .test_withdrawals import policy
from .world import World

LONG_AGO = {"hours": 3}


async def wished(world: World) -> UUID:
    """A withdrawal that one person may approve."""
    await world.give()
    await policy(world, second_person_above_minor=200_00)
    return UUID((await world.withdraw()).json()["withdrawal_id"])


async def unknown_payout(world: World) -> UUID:
    """A payout of which nothing is heard, however often it is asked for; now nothing was sent for 20 minutes."""
    withdrawal_id = await wished(world)
    world.trustly.lost = 1_000
    await world.approve(withdrawal_id)
    await world.run_tasks()
    await world.pass_time(**LONG_AGO)
    await quiet(world)
    return withdrawal_id


async def quiet(world: World, **by: float) -> None:
    """Let time pass in which nothing is due."""
    at = await world.rows("SELECT count(*) AS n FROM provider_attempt")
    await world.pass_time(**(by or {"minutes": 20}))
    assert await world.rows("SELECT count(*) AS n FROM provider_attempt") == at


async def unknown_refund(world: World) -> tuple[UUID, dict[str, Any]]:
    """A refund that was sent, and its answer and every answer since was lost."""
    intent = await paid_in(world)
    refund_id = await refund(world, intent, 30_00)
    world.stripe.lost = 1_000
    await world.run_tasks()
    await world.pass_time(minutes=20)
    assert await statuses(world) == ["unknown"]
    return refund_id, intent


async def say(world: World, path: str, reference: str | None = None, **other: Any) -> Any:
    as_, key = other.pop("as_", None), other.pop("key", None)
    body: dict[str, Any] = {"outcome": "never_paid" if reference is None else "paid", "reason": "they wrote it"}
    body |= {"reference": reference} if reference is not None else {}
    return await world.post(f"{path}/outcome", {**body, **other}, as_=as_ or world.staff(), key=key)


async def agreed(world: World, path: str, reference: str | None = None) -> None:
    answer = await say(world, path, reference)
    assert answer.status_code == 202, answer.text
    done = await decided(world, answer)
    assert done.json().get("state") == "executed", done.text


async def status_of(world: World, withdrawal_id: UUID) -> str:
    return str((await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def decided(world: World, proposed: Any, as_: dict[str, str] | None = None) -> Any:
    seen = {"payload_sha256": proposed.json()["payload_sha256"]}
    headers = as_ or world.staff()
    return await world.client.post(f"{proposed.json()['href']}/approve", json=seen, headers=headers)


async def test_a_payout_that_was_never_made_is_the_players_again_when_two_people_say_so(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    proposed = await say(world, f"/withdrawals/{withdrawal_id}")
    assert await status_of(world, withdrawal_id) == "unknown"
    assert (await decided(world, proposed)).json()["state"] == "executed"
    assert await status_of(world, withdrawal_id) == "failed"
    assert await world.balance() == (500_00, 0)
    assert await world.transfers() == [("withdrawal_hold", 100_00), ("withdrawal_release", 100_00)]
    await quiet(world, hours=30)
    await books_hold(world)


async def test_what_the_provider_says_against_it_later_is_shown_and_moves_nothing(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    await agreed(world, f"/withdrawals/{withdrawal_id}")
    await world.notify("payoutconfirmation", withdrawal_id)
    assert await status_of(world, withdrawal_id) == "failed"
    assert await world.balance() == (500_00, 0)
    assert await set_aside(world) == [("trustly", "contradicts_people")]
    await books_hold(world)


async def test_a_payout_that_was_found_paid_is_gone_and_the_same_from_the_provider_is_no_news(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    known = world.trustly.orders[str(withdrawal_id)]["orderid"]
    await agreed(world, f"/withdrawals/{withdrawal_id}", known)
    row = (await world.get(f"/withdrawals/{withdrawal_id}")).json()
    assert (row["status"], row["reference"]) == ("paid", known)
    await world.notify("payoutconfirmation", withdrawal_id)
    assert await world.balance() == (400_00, 0)
    assert await world.transfers() == [("withdrawal_hold", 100_00), ("withdrawal_paid", 100_00)]
    assert await set_aside(world) == []
    await books_hold(world)


async def test_a_payment_of_another_name_than_the_one_that_was_found_is_shown(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    await agreed(world, f"/withdrawals/{withdrawal_id}", "another")
    await world.notify("payoutconfirmation", withdrawal_id)
    assert await world.transfers() == [("withdrawal_hold", 100_00), ("withdrawal_paid", 100_00)]
    assert await set_aside(world) == [("trustly", "contradicts_people")]


async def test_what_was_found_paid_may_come_back(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    await agreed(world, f"/withdrawals/{withdrawal_id}", world.trustly.orders[str(withdrawal_id)]["orderid"])
    await world.notify("credit", withdrawal_id)
    assert await status_of(world, withdrawal_id) == "returned"
    assert await world.balance() == (500_00, 0)
    await books_hold(world)


async def test_what_may_still_be_on_its_way_was_not_never_paid(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    await world.pass_time(hours=1)
    answer = await say(world, f"/withdrawals/{withdrawal_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "still_underway")
    assert (await say(world, f"/withdrawals/{withdrawal_id}", "4000")).status_code == 202


async def test_an_order_sent_again_between_the_two_people_ends_what_the_first_one_said(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    proposed = await say(world, f"/withdrawals/{withdrawal_id}")
    await world.pass_time(hours=1)
    answer = await decided(world, proposed)
    assert answer.json().get("state") != "executed", answer.text
    assert await status_of(world, withdrawal_id) == "unknown"
    assert await world.balance() == (400_00, 100_00)


async def test_an_order_is_not_sent_once_people_have_decided_it(world: World) -> None:
    """Whoever was about to send it looks again under the lock that they decide under."""
    withdrawal_id = await unknown_payout(world)
    await agreed(world, f"/withdrawals/{withdrawal_id}")
    before = len(world.trustly.calls)
    await world.pass_time(days=2)
    assert len(world.trustly.calls) == before


async def test_what_a_provider_took_has_three_days_to_be_decided(world: World) -> None:
    withdrawal_id = await wished(world)
    await world.approve(withdrawal_id)
    await world.run_tasks()
    assert await status_of(world, withdrawal_id) == "sent"
    await world.pass_time(days=2)
    assert (await say(world, f"/withdrawals/{withdrawal_id}")).json()["code"] == "still_underway"
    await world.pass_time(days=1)
    await agreed(world, f"/withdrawals/{withdrawal_id}")
    assert await world.balance() == (500_00, 0)


async def test_a_payout_whose_end_nobody_tells_is_laid_before_people_once(world: World) -> None:
    withdrawal_id = await wished(world)
    await world.approve(withdrawal_id)
    await world.run_tasks()
    await world.pass_time(minutes=3)
    await world.pass_time(days=6)
    assert (await status_of(world, withdrawal_id), await set_aside(world)) == ("sent", [])
    for _ in range(2):
        await world.pass_time(days=2)
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("sent", (400_00, 100_00))
    assert await set_aside(world) == [("trustly", "left_sent_at_provider")]
    assert await world.rows("SELECT 1 FROM task WHERE kind = 'payments.payout_ask'") == []
    await agreed(world, f"/withdrawals/{withdrawal_id}", world.trustly.orders[str(withdrawal_id)]["orderid"])
    assert await status_of(world, withdrawal_id) == "paid"


async def test_a_payout_whose_end_was_told_is_laid_before_nobody(world: World) -> None:
    withdrawal_id = await wished(world)
    await world.approve(withdrawal_id)
    await world.run_tasks()
    await world.notify("payoutconfirmation", withdrawal_id)
    for _ in range(2):
        await world.pass_time(days=8)
    assert await set_aside(world) == []


async def test_there_is_nothing_to_find_out_of_what_is_decided_or_was_not_sent(world: World) -> None:
    withdrawal_id = await wished(world)
    answer = await say(world, f"/withdrawals/{withdrawal_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "outcome_known")
    await world.approve(withdrawal_id)
    await world.run_tasks()
    await world.notify("payoutconfirmation", withdrawal_id)
    for reference in (None, "4000"):
        answer = await say(world, f"/withdrawals/{withdrawal_id}", reference)
        assert (answer.status_code, answer.json()["code"]) == (409, "outcome_known")


async def test_a_refund_that_was_never_made_is_the_players_again(world: World) -> None:
    refund_id, intent = await unknown_refund(world)
    await agreed(world, f"/refunds/{refund_id}")
    assert await statuses(world) == ["failed"]
    assert await world.balance() == (50_00, 0)
    (made,) = world.stripe.refunds.values()
    await world.webhook("refund.updated", made)
    assert await set_aside(world) == [("stripe", "contradicts_people")]
    assert await world.balance() == (50_00, 0)
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    await books_hold(world)


async def test_a_refund_that_was_found_made_is_gone_and_counts_once(world: World) -> None:
    refund_id, intent = await unknown_refund(world)
    (made,) = world.stripe.refunds.values()
    await agreed(world, f"/refunds/{refund_id}", made["id"])
    await world.webhook("refund.updated", made)
    assert await statuses(world) == ["succeeded"]
    assert await shown(world, intent) == ("partially_reversed", 50_00, 30_00)
    assert await world.transfers() == [("deposit", 50_00), ("refund_hold", 30_00), ("refund_paid", 30_00)]
    assert await set_aside(world) == []
    await books_hold(world)


async def test_a_refund_under_another_name_than_the_one_that_was_found_is_shown(world: World) -> None:
    refund_id, _ = await unknown_refund(world)
    await agreed(world, f"/refunds/{refund_id}", "re_another")
    (made,) = world.stripe.refunds.values()
    await world.webhook("refund.updated", made)
    assert await set_aside(world) == [("stripe", "reference_differs")]
    assert await world.balance() == (20_00, 0)
    await books_hold(world)


async def test_nobody_agrees_with_himself_and_a_role_may_set_how_much(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    me = world.staff(uuid4())
    proposed = await say(world, f"/withdrawals/{withdrawal_id}", as_=me)
    assert (await decided(world, proposed, me)).json()["code"] == "another_person_needed"
    little = world.staff(ceilings={"EUR": 99_99})
    assert (await decided(world, proposed, little)).status_code == 403
    assert (await say(world, f"/withdrawals/{withdrawal_id}", as_=little)).status_code == 403


async def test_what_another_casino_has_is_not_there_and_players_decide_nothing(world: World) -> None:
    withdrawal_id = await unknown_payout(world)
    for path in (f"/withdrawals/{withdrawal_id}", f"/refunds/{uuid4()}"):
        assert (await say(world, path, as_=world.staff(casino=uuid4()))).status_code == 404
        assert (await say(world, path, as_=world.himself())).status_code == 403


async def test_asked_twice_under_one_key_it_is_proposed_once(world: World) -> None:
    withdrawal_id, me, key = await unknown_payout(world), world.staff(), str(uuid4())
    first, again = [await say(world, f"/withdrawals/{withdrawal_id}", as_=me, key=key) for _ in range(2)]
    assert first.json()["approval_id"] == again.json()["approval_id"]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("reference", {"outcome": "paid"}),
        ("reference", {"outcome": "never_paid", "reference": "4000"}),
        ("reference", {"outcome": "paid", "reference": ""}),
        ("reference", {"outcome": "paid", "reference": "4" * 256}),
        ("reference", {"outcome": "paid", "reference": 4000}),
        ("outcome", {"outcome": "perhaps"}),
        ("reason", {"reason": " "}),
        ("extra", {"extra": 1}),
    ],
)
@pytest.mark.parametrize("path", ["/withdrawals", "/refunds"])
async def test_what_makes_no_sense_is_refused_by_its_name(
    world: World, path: str, field: str, body: dict[str, Any]
) -> None:
    answer = await say(world, f"{path}/{uuid4()}", **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def expired(world: World) -> tuple[UUID, dict[str, Any]]:
    """A deposit that was given up: its provider took it, and never said more."""
    deposit_id = UUID((await world.deposit()).json()["deposit_id"])
    intent = world.stripe.intent_of(deposit_id)
    world.stripe.lost = 10_000
    await world.pass_time(days=8)
    assert await shown(world, intent) == ("expired", 50_00, 0)
    return deposit_id, intent


async def test_a_deposit_that_was_found_paid_is_credited_once(world: World) -> None:
    deposit_id, intent = await expired(world)
    answer = await say(world, f"/deposits/{deposit_id}", intent["id"], amount_minor=49_00)
    assert (await decided(world, answer)).json()["state"] == "executed"
    assert await shown(world, intent) == ("succeeded", 49_00, 0)
    assert await world.balance() == (49_00, 0)
    settled = world.stripe.settle(deposit_id, 49_00)
    await world.webhook("payment_intent.succeeded", settled)
    assert await world.transfers() == [("deposit", 49_00)]
    assert await set_aside(world) == []
    await world.webhook("payment_intent.succeeded", {**settled, "amount_received": 50_00})
    assert await set_aside(world) == [("stripe", "settled_twice")]
    await books_hold(world)


async def test_a_payment_that_was_credited_for_one_deposit_is_found_for_no_other(world: World) -> None:
    paid = await paid_in(world)
    deposit_id, _ = await expired(world)
    answer = await say(world, f"/deposits/{deposit_id}", paid["id"], amount_minor=50_00)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reference")
    assert await world.transfers() == [("deposit", 50_00)]


async def test_a_deposit_that_nobody_paid_is_over_and_what_comes_in_later_is_shown(world: World) -> None:
    deposit_id, _ = await expired(world)
    await agreed(world, f"/deposits/{deposit_id}")
    assert (await world.rows("SELECT open_at_provider FROM rm_deposit_list"))[0] == {"open_at_provider": False}
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (50_00, 0)
    assert ("stripe", "contradicts_people") in await set_aside(world)
    again = await say(world, f"/deposits/{deposit_id}")
    assert (again.status_code, again.json()["code"]) == (409, "outcome_known")
    await books_hold(world)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("amount_minor", {"outcome": "paid", "reference": "pi_1"}),
        ("amount_minor", {"amount_minor": 1}),
        ("amount_minor", {"outcome": "paid", "reference": "pi_1", "amount_minor": 0}),
        ("reference", {"outcome": "paid", "amount_minor": 1}),
        ("provider", {"provider": "nobody"}),
    ],
)
async def test_what_makes_no_sense_about_a_deposit_is_refused_by_its_name(
    world: World, field: str, body: dict[str, Any]
) -> None:
    deposit_id = UUID((await world.deposit()).json()["deposit_id"])
    answer = await say(world, f"/deposits/{deposit_id}", **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def never_collected(world: World, intent: dict[str, Any], amount_minor: int | None = None, **other: Any) -> Any:
    """One person's word that the money of a credited deposit, or so much of it, never came."""
    path = f"/deposits/{intent['metadata']['order_id']}"
    part: dict[str, Any] = {} if amount_minor is None else {"amount_minor": amount_minor}
    return await say(world, path, outcome="never_collected", **part, **other)


async def test_a_deposit_that_was_never_collected_is_taken_back_and_what_is_spent_is_owed(world: World) -> None:
    intent = await paid_in(world)
    await spend(world, 20_00)
    await world.webhook("payment_intent.canceled", {**intent, "status": "canceled"})
    proposed = await never_collected(world, intent)
    assert (proposed.status_code, await world.balance()) == (202, (30_00, 0))
    assert (await decided(world, proposed)).json()["state"] == "executed"
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    again = await never_collected(world, intent)
    assert (again.status_code, again.json()["code"]) == (409, "outcome_known")
    await paid_in(world)
    assert (await world.balance(), await owed(world)) == ((30_00, 0), 0)
    await books_hold(world)


async def test_a_part_that_was_never_collected_is_taken_back_and_no_more_than_is_left(world: World) -> None:
    intent = await paid_in(world)
    assert (await decided(world, await never_collected(world, intent, 20_00))).json()["state"] == "executed"
    assert await world.balance() == (30_00, 0)
    more = await never_collected(world, intent, 30_01)
    assert (more.status_code, more.json()["errors"][0]["field"]) == (422, "amount_minor")
    assert (await decided(world, await never_collected(world, intent))).json()["state"] == "executed"
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    await books_hold(world)


async def test_what_was_not_credited_cannot_have_been_left_uncollected(world: World) -> None:
    deposit_id, intent = await expired(world)
    answer = await never_collected(world, intent)
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_credited")
    answer = await say(world, f"/deposits/{deposit_id}", "pi_1", outcome="never_collected")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reference")

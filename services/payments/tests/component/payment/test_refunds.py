"""Refunds that staff order: by two people, never more than was paid, once, whatever the provider does."""

from asyncio import gather
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from payments.application.processes.refund_process import RefundProcess

from .test_notifications import set_aside
from .test_taken_back import books_hold, owed, paid_in, refunded, shown, spend
from .world import V1, World

SINCE = "?created_at=gte.now-7d"


async def propose(world: World, intent: dict[str, Any], amount: int = 30_00, **other: Any) -> Any:
    as_, key = other.pop("as_", None), other.pop("key", None)
    body = {"amount_minor": amount, "reason": "he paid it twice", **other}
    path = f"/deposits/{intent['metadata']['order_id']}/refunds"
    return await world.post(path, body, as_=as_ or world.staff(), key=key)


async def refund(world: World, intent: dict[str, Any], amount: int = 30_00, **other: Any) -> UUID:
    """Two people agree; the order waits to be sent."""
    proposed = await propose(world, intent, amount, **other)
    assert proposed.status_code == 202, proposed.text
    await world.approved(proposed)
    return UUID(proposed.json()["subject_id"])


async def listed(world: World) -> list[dict[str, Any]]:
    answer = await world.get(f"/refunds{SINCE}", as_=world.staff())
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def statuses(world: World) -> list[str]:
    return [one["status"] for one in await listed(world)]


def at_stripe(world: World) -> dict[str, Any]:
    (found,) = world.stripe.refunds.values()
    return found


async def told(world: World, refund_at_stripe: dict[str, Any], status: str, kind: str = "refund.updated") -> None:
    answer = await world.webhook(kind, {**refund_at_stripe, "status": status})
    assert answer.status_code == 200


async def test_the_cash_is_put_aside_when_two_have_agreed_and_gone_when_the_provider_refunded(world: World) -> None:
    intent = await paid_in(world)
    proposed = await propose(world, intent)
    assert await world.balance() == (50_00, 0)
    await world.approved(proposed)
    assert await world.balance() == (20_00, 30_00)
    assert await statuses(world) == ["ordered"]
    await world.run_tasks()
    assert await world.balance() == (20_00, 0)
    assert await statuses(world) == ["succeeded"]
    assert await shown(world, intent) == ("partially_reversed", 50_00, 30_00)
    assert await world.transfers() == [("deposit", 50_00), ("refund_hold", 30_00), ("refund_paid", 30_00)]
    await books_hold(world)


async def test_a_refund_of_ours_counts_once_however_the_provider_tells_of_it(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent)
    await world.run_tasks()
    ours = at_stripe(world)
    for kind in ("refund.created", "refund.updated", "charge.refund.updated"):
        await told(world, ours, "succeeded", kind)
    charge = {"id": "ch_1", "object": "charge", "payment_intent": intent["id"], "metadata": intent["metadata"]}
    await world.webhook("charge.refunded", {**charge, "refunds": {"data": [ours]}})
    assert await shown(world, intent) == ("partially_reversed", 50_00, 30_00)
    assert await world.balance() == (20_00, 0)
    assert await set_aside(world) == []
    await books_hold(world)


async def test_the_webhook_may_overtake_the_answer(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent)
    world.stripe.lost = 1
    await world.run_tasks()
    assert await statuses(world) == ["unknown"]
    await told(world, at_stripe(world), "succeeded")
    assert await statuses(world) == ["succeeded"]
    await world.pass_time(minutes=30)
    assert len(world.stripe.refunds) == 1
    assert await world.balance() == (20_00, 0)


async def test_a_lost_answer_is_found_out_by_asking_and_nothing_is_sent_twice(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent)
    world.stripe.lost = 1
    await world.run_tasks()
    assert await world.balance() == (20_00, 30_00)
    await world.pass_time(minutes=1)
    assert await statuses(world) == ["succeeded"]
    assert len(world.stripe.refunds) == 1
    assert [one.method for one in world.stripe.calls if "/v1/refunds" in one.url] == ["POST", "GET"]
    await books_hold(world)


async def test_an_order_that_never_arrived_is_sent_again_with_the_same_key(world: World) -> None:
    intent = await paid_in(world)
    refund_id = await refund(world, intent)
    world.stripe.down = 1
    await world.run_tasks()
    assert await statuses(world) == ["unknown"]
    await world.pass_time(minutes=1)
    assert (await statuses(world), len(world.stripe.refunds)) == (["unknown"], 0)
    for _ in range(20):
        await world.pass_time(minutes=2)
    orders = [one.key for one in world.stripe.calls if "/v1/refunds" in one.url and one.method == "POST"]
    assert orders == [str(refund_id), str(refund_id)]
    assert await statuses(world) == ["succeeded"]


async def test_what_the_provider_refuses_is_the_players_again(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent)
    world.stripe.refund_error = "charge_disputed"
    await world.run_tasks()
    (row,) = await listed(world)
    assert (row["status"], row["code"]) == ("failed", "charge_disputed")
    assert await world.balance() == (50_00, 0)
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    await books_hold(world)


async def test_a_refund_that_is_pending_is_asked_about_until_it_is_decided(world: World) -> None:
    intent = await paid_in(world)
    world.stripe.refund_status = "pending"
    await refund(world, intent)
    await world.run_tasks()
    assert await statuses(world) == ["pending"]
    at_stripe(world)["status"] = "succeeded"
    await world.pass_time(minutes=3)
    assert await statuses(world) == ["succeeded"]


async def test_of_refunds_agreed_to_at_the_same_time_only_as_many_go_as_were_paid(world: World) -> None:
    intent = await paid_in(world)
    proposals = [(await propose(world, intent, 20_00)).json() for _ in range(5)]

    async def approve(one: dict[str, Any]) -> str:
        seen, person = {"payload_sha256": one["payload_sha256"]}, world.staff()
        answer = await world.client.post(f"{one['href']}/approve", json=seen, headers=person)
        for _ in range(10):
            if answer.status_code != 409 or answer.json()["code"] != "concurrent_change":
                break  # Else it lost to the others: nothing was done, and it may be asked again.
            answer = await world.client.post(f"{one['href']}/approve", json=seen, headers=person)
        return str(answer.json()["code"])

    # Whoever agrees after the others went is told so at once; whoever did before finds his proposal voided for it.
    assert sorted(await gather(*map(approve, proposals))) == ["None"] * 2 + ["refund_exceeds_deposit"] * 3
    await world.run_tasks()
    assert len(world.stripe.refunds) == 2
    assert await world.balance() == (10_00, 0)
    await books_hold(world)


async def test_what_he_has_spent_is_not_refunded_unless_somebody_chooses_that_he_owes_it(world: World) -> None:
    intent = await paid_in(world)
    await spend(world, 40_00)
    answer = await propose(world, intent)
    assert (answer.status_code, answer.json()["code"]) == (409, "refund_not_covered")
    assert "1000 minor units" in answer.json()["detail"]  # 10.00 of the 50.00 are left.
    await refund(world, intent, may_owe=True)
    assert (await world.balance(), await owed(world)) == ((0, 30_00), 20_00)
    await world.run_tasks()
    await paid_in(world, 25_00)
    assert (await world.balance(), await owed(world)) == ((5_00, 0), 0)
    await books_hold(world)


async def test_what_was_spent_meanwhile_is_not_refunded(world: World) -> None:
    intent = await paid_in(world)
    proposed = (await propose(world, intent, 50_00)).json()
    await spend(world, 1)
    seen = {"payload_sha256": proposed["payload_sha256"]}
    answer = await world.client.post(f"{proposed['href']}/approve", json=seen, headers=world.staff())
    assert answer.json()["code"] == "refund_not_covered", answer.text
    assert await world.balance() == (49_99, 0)


async def test_a_refund_that_was_on_its_way_when_others_took_the_money_is_gone_and_he_owes_it(world: World) -> None:
    """It left twice: what was put aside is not kept for ever, and a person hears of it."""
    intent = await paid_in(world)
    world.stripe.refund_status = "pending"
    await refund(world, intent, 50_00)
    await world.run_tasks()
    await refunded(world, intent, 50_00, "re_of_others")
    await told(world, at_stripe(world), "succeeded")
    assert await statuses(world) == ["succeeded"]
    assert await set_aside(world) == [("stripe", "refunded_and_taken_back")]
    assert (await world.balance(), await owed(world)) == ((0, 0), 50_00)
    assert await shown(world, intent) == ("reversed", 50_00, 100_00)
    assert (await propose(world, intent, 1)).json()["code"] == "refund_exceeds_deposit"
    await books_hold(world)
    await told(world, at_stripe(world), "failed")
    assert await statuses(world) == ["returned"]
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)
    await books_hold(world)


async def test_a_refund_that_fails_while_others_took_the_money_pays_what_he_owes(world: World) -> None:
    intent = await paid_in(world)
    world.stripe.refund_status = "pending"
    await refund(world, intent, 50_00)
    await world.run_tasks()
    await refunded(world, intent, 50_00, "re_of_others")
    await told(world, at_stripe(world), "failed")
    assert await statuses(world) == ["failed"]
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)
    await books_hold(world)


async def test_what_others_took_before_the_refund_was_sent_is_not_sent_as_well(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent, 50_00)
    await refunded(world, intent, 50_00, "re_of_others")
    assert await owed(world) == 50_00
    await world.run_tasks()
    (row,) = await listed(world)
    assert (row["status"], row["code"]) == ("failed", "deposit_taken_back")
    assert world.stripe.refunds == {}
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)
    await books_hold(world)


async def test_what_others_took_before_an_order_that_never_arrived_is_not_sent_again(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent, 50_00)
    world.stripe.down = 1
    await world.run_tasks()
    await refunded(world, intent, 50_00, "re_of_others")
    await world.pass_time(minutes=20)
    assert await statuses(world) == ["failed"]
    assert world.stripe.refunds == {}
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)


async def test_the_refusal_of_an_order_sent_again_says_nothing_of_the_first(world: World) -> None:
    """The first was carried out, but is not yet listed when we ask: the second is refused because of it."""
    intent = await paid_in(world)
    await refund(world, intent, 50_00)
    world.stripe.lost = 1
    await world.run_tasks()
    hidden = dict(world.stripe.refunds)
    world.stripe.refunds.clear()
    world.stripe.refund_error = "charge_already_refunded"
    world.stripe.on_refused = lambda: world.stripe.refunds.update(hidden)
    await world.pass_time(minutes=20)
    assert await statuses(world) == ["succeeded"]
    assert (await world.balance(), await set_aside(world)) == ((0, 0), [])
    await books_hold(world)


class Forgetful:
    """A provider that surely knows a refund's key for six hours."""

    def __init__(self, provider: Any) -> None:
        self._provider, self.refunds = provider, self

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name, None)
        return getattr(self._provider.refunds, name) if found is None else found

    def build_call(self, account: Any, order: Any) -> Any:
        return replace(self._provider.refunds.build_call(account, order), repeatable_for=timedelta(hours=6))


async def test_what_its_provider_may_have_forgotten_is_not_sent_again(world: World) -> None:
    intent = await paid_in(world)
    refund_id = await refund(world, intent)
    world.stripe.down = 1
    await world.run_tasks()
    providers = {**world.desk.providers, "stripe": Forgetful(world.desk.providers["stripe"])}
    process = RefundProcess(replace(world.desk, providers=providers))
    for _ in range(2):
        await process.send(refund_id, world.casino, timedelta(hours=6))
    assert (await statuses(world), world.stripe.refunds) == (["unknown"], {})
    assert await set_aside(world) == [("stripe", "refund_left_unknown")]
    await process.send(refund_id, world.casino, timedelta(hours=5))
    assert (await statuses(world), len(world.stripe.refunds)) == (["succeeded"], 1)


async def test_what_surely_never_arrived_is_refused_for_good(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent, 50_00)
    world.stripe.down = 1
    await world.run_tasks()
    world.stripe.refund_error = "charge_disputed"
    await world.pass_time(minutes=20)
    assert await statuses(world) == ["failed"]
    assert await world.balance() == (50_00, 0)


async def test_a_deposit_that_was_not_paid_is_not_refunded(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.intent_of(deposit_id)
    answer = await propose(world, intent)
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_refundable")


async def test_a_deposit_of_another_casino_is_not_there(world: World) -> None:
    intent = await paid_in(world)
    assert (await propose(world, intent, as_=world.staff(casino=uuid4()))).status_code == 404


async def test_a_role_may_set_how_much_is_refunded(world: World) -> None:
    intent = await paid_in(world)
    refused = await propose(world, intent, as_=world.staff(ceilings={"EUR": 29_99}))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), refused.text


async def test_clicked_several_times_it_is_proposed_once(world: World) -> None:
    intent, me = await paid_in(world), world.staff(uuid4())
    clicked = await gather(*(propose(world, intent, 10_00, as_=me) for _ in range(4)))
    assert {one.status_code for one in clicked} == {202}
    assert len({one.json()["approval_id"] for one in clicked}) == 1
    other = await propose(world, intent, 10_00, as_=me, reason="he paid it three times")
    assert other.json()["approval_id"] != clicked[0].json()["approval_id"]


async def test_asked_twice_under_one_key_it_is_proposed_once(world: World) -> None:
    intent, me, key = await paid_in(world), world.staff(), str(uuid4())
    first, again = [await propose(world, intent, as_=me, key=key) for _ in range(2)]
    assert first.json()["approval_id"] == again.json()["approval_id"]


async def test_whoever_we_are_at_the_provider_does_not_change_under_a_refund(world: World) -> None:
    intent = await paid_in(world)
    world.stripe.refund_status = "pending"
    await refund(world, intent)
    await world.run_tasks()
    (row,) = await world.rows("SELECT sent_as, status FROM rm_refund_list")
    assert (bool(row["sent_as"]), row["status"]) == (True, "pending")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 0),
        ("amount_minor", -1),
        ("amount_minor", 1.5),
        ("amount_minor", "25"),
        ("amount_minor", 2**63),
        ("may_owe", "perhaps"),
        ("even_if_held", "perhaps"),
        ("reason", " "),
        ("extra", 1),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_name(world: World, field: str, value: Any) -> None:
    intent = await paid_in(world)
    answer = await propose(world, intent, **{field: value})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_the_calls_are_listed_with_how_they_went(world: World) -> None:
    intent = await paid_in(world)
    refund_id = await refund(world, intent)
    world.stripe.lost = 1
    await world.run_tasks()
    await world.pass_time(minutes=1)
    listed = await world.client.get(
        f"{V1}/provider-attempts?attempted_at=gte.now-7d&payment_id=eq.{refund_id}", headers=world.staff()
    )
    assert [(one["operation"], one["outcome"]) for one in listed.json()] == [
        ("refund.ask", "refunded"),
        ("refund.order", "unanswered"),
    ], listed.text

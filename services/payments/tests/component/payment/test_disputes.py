"""Disputes through Stripe: told in any order, money taken and given back, deadlines, and what the player may not do."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from chassis.telemetry.metrics import REGISTRY

from .test_notifications import set_aside
from .test_taken_back import books_hold, owed, paid_in, shown, spend
from .world import World


def dispute_of(world: World, intent: dict[str, Any], status: str = "needs_response", **fields: Any) -> dict[str, Any]:
    due = int((world.clock.now() + timedelta(days=10)).timestamp())
    return {
        "id": "dp_1", "object": "dispute", "amount": intent["amount"], "currency": "eur", "charge": "ch_1",
        "payment_intent": intent["id"], "status": status, "reason": "fraudulent", "metadata": {},
        "evidence_details": {"due_by": due}, "balance_transactions": [], **fields,
    }  # fmt: skip


async def told(world: World, kind: str, thing: dict[str, Any]) -> None:
    name = kind if "." in kind else f"charge.dispute.{kind}"
    if kind == "funds_reinstated" and not thing["balance_transactions"]:
        thing = {**thing, "balance_transactions": moved(-thing["amount"], thing["amount"])}
    assert (await world.webhook(name, thing)).status_code == 200


def moved(*amounts: int, currency: str = "eur") -> list[dict[str, Any]]:
    """What a dispute took and gave back of the balance at Stripe, one transaction each."""
    return [
        {"id": f"txn_{n}", "amount": amount, "fee": 15_00 if amount < 0 else 0, "currency": currency}
        for n, amount in enumerate(amounts, start=1)
    ]


async def charged_back(world: World, intent: dict[str, Any], **fields: Any) -> None:
    await told(world, "created", dispute_of(world, intent, **fields))
    taken = moved(-intent["amount"])
    await told(world, "funds_withdrawn", dispute_of(world, intent, balance_transactions=taken, **fields))


async def disputes(world: World) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT * FROM rm_dispute_list WHERE casino_id = $1 ORDER BY opened_at, stage", world.casino
    )


async def fees(world: World) -> int:
    """What the provider charged for disputes, as it told; it is booked once, with the settlement that keeps it."""
    rows = await world.rows(
        "SELECT coalesce(sum(fee_minor), 0)::bigint AS told, (SELECT count(*) FROM transfer WHERE kind = 'psp_fee' "
        "AND casino_id = $1) AS booked FROM rm_dispute_list WHERE casino_id = $1",
        world.casino,
    )
    assert rows[0]["booked"] == 0
    return int(rows[0]["told"])


async def test_a_chargeback_takes_the_money_and_its_fee_is_the_houses(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    (row,) = await disputes(world)
    assert (row["stage"], row["status"], row["amount_minor"], row["code"]) == (
        "chargeback", "opened", 50_00, "fraudulent"
    )  # fmt: skip
    assert row["due_at"] is not None
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    assert (row["fee_minor"], await fees(world)) == (15_00, 15_00)
    assert await set_aside(world) == []
    await books_hold(world)


async def test_words_of_a_dispute_in_the_worst_order_end_alike(world: World) -> None:
    intent = await paid_in(world)
    await spend(world, 20_00)
    await told(world, "funds_reinstated", dispute_of(world, intent, "won"))
    await told(world, "closed", dispute_of(world, intent, "won"))
    await charged_back(world, intent)
    await told(world, "updated", dispute_of(world, intent, "under_review"))
    (row,) = await disputes(world)
    assert row["status"] == "won"
    assert (await world.balance(), await owed(world)) == ((30_00, 0), 0)
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    assert await set_aside(world) == []
    await books_hold(world)


async def test_a_chargeback_that_is_lost_stays_taken(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    await told(world, "closed", dispute_of(world, intent, "lost"))
    (row,) = await disputes(world)
    assert row["status"] == "lost"
    assert await world.balance() == (0, 0)
    await books_hold(world)


@pytest.mark.parametrize("status", ["won", "lost"])
async def test_what_comes_back_of_a_chargeback_that_was_lost_is_his_again(world: World, status: str) -> None:
    """What he owed meanwhile another deposit paid: that is his as well."""
    intent = await paid_in(world)
    other = (await world.deposit(20_00)).json()["deposit_id"]
    await spend(world, 20_00)
    await charged_back(world, intent)
    await told(world, "closed", dispute_of(world, intent, "lost"))
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(other))
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)
    alarms = await set_aside(world)
    for kind in ("updated", "funds_reinstated", "funds_reinstated"):
        await told(world, kind, dispute_of(world, intent, status))
    (row,) = await disputes(world)
    assert (row["status"], await set_aside(world)) == (status, alarms)
    assert (await world.balance(), await owed(world)) == ((50_00, 0), 0)
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    await books_hold(world)


@pytest.mark.parametrize("first", ["funds_withdrawn", "funds_reinstated"])
async def test_of_a_lost_chargeback_only_what_came_back_is_his_again(world: World, first: str) -> None:
    intent = await paid_in(world)
    await spend(world, 10_00)
    lost = dispute_of(world, intent, "lost", balance_transactions=moved(-50_00, 20_00))
    for kind in (first, "funds_withdrawn", "funds_reinstated", "closed"):
        await told(world, kind, lost)
    assert (await world.balance(), await owed(world)) == ((10_00, 0), 0)
    assert await shown(world, intent) == ("partially_reversed", 50_00, 30_00)
    assert ((await disputes(world))[0]["status"], await set_aside(world)) == ("lost", [])
    await told(world, "funds_reinstated", {**lost, "balance_transactions": moved(-50_00, 20_00, 30_00)})
    assert await set_aside(world) == [("stripe", "reversal_differs")]
    assert await shown(world, intent) == ("partially_reversed", 50_00, 30_00)
    await books_hold(world)


@pytest.mark.parametrize(
    ("transactions", "why"),
    [
        (moved(-55_00, 54_00, currency="usd"), "currency_differs"),
        (moved(-55_00), "amount_unreadable"),
        ([*moved(-50_00), {"id": "txn_2", "currency": "eur"}], "amount_unreadable"),
        (moved(-50_00, 50_01), "reinstated_too_much"),
    ],
    ids=["at another rate", "nothing given", "no amount", "more than taken"],
)
async def test_how_much_came_back_is_never_guessed(world: World, transactions: list[Any], why: str) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    await told(world, "funds_reinstated", dispute_of(world, intent, "won", balance_transactions=transactions))
    assert ((await disputes(world))[0]["status"], await set_aside(world)) == ("won", [("stripe", why)])
    assert (await world.balance(), await shown(world, intent)) == ((0, 0), ("reversed", 50_00, 50_00))
    await books_hold(world)


async def test_as_much_as_was_taken_in_another_currency_is_the_whole(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    back = moved(-55_00, 55_00, currency="usd")
    await told(world, "funds_reinstated", dispute_of(world, intent, "won", balance_transactions=back))
    assert (await world.balance(), await set_aside(world)) == ((50_00, 0), [])
    await books_hold(world)


@pytest.mark.parametrize("seed", range(4))
async def test_a_win_after_a_loss_ends_alike_in_whatever_order_it_is_told(world: World, seed: int) -> None:
    intent = await paid_in(world)
    await spend(world, 20_00)
    words = [
        ("created", "needs_response"),
        ("funds_withdrawn", "needs_response"),
        ("closed", "lost"),
        ("updated", "won"),
        ("funds_reinstated", "won"),
    ]
    Random(seed).shuffle(words)
    for kind, status in words:
        await told(world, kind, dispute_of(world, intent, status))
    (row,) = await disputes(world)
    assert (row["status"], await set_aside(world)) == ("won", [])
    assert (await world.balance(), await owed(world)) == ((30_00, 0), 0)
    await books_hold(world)


async def test_while_a_chargeback_is_open_nothing_is_paid_out(world: World) -> None:
    await world.give(200_00)
    asked = (await world.withdraw(50_00)).json()["withdrawal_id"]
    intent = await paid_in(world)
    await charged_back(world, intent)
    refused = await world.withdraw(10_00)
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_open")
    approved = await world.approve(asked)
    assert (approved.status_code, approved.json()["code"]) == (409, "dispute_open")
    await told(world, "closed", dispute_of(world, intent, "lost"))
    assert (await world.approve(asked)).status_code == 200
    assert (await world.withdraw(10_00)).status_code == 201


@pytest.mark.parametrize("told_as", ["charge_refunded", "lost"])
async def test_what_was_let_go_before_its_money_is_taken_holds_withdrawals_until_it_is(
    world: World, told_as: str
) -> None:
    await world.give(200_00)
    intent = await paid_in(world)
    await told(world, "created", dispute_of(world, intent))
    await told(world, "updated", dispute_of(world, intent, told_as))
    refused = await world.withdraw(10_00)
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_open")
    await told(world, "funds_withdrawn", dispute_of(world, intent, told_as))
    assert (await world.withdraw(10_00)).status_code == 201


async def test_a_deadline_that_passed_before_the_money_was_taken_holds_withdrawals_for_a_month(world: World) -> None:
    await world.give(200_00)
    await told(world, "created", dispute_of(world, await paid_in(world)))
    for days in (11, 29):
        await world.pass_time(days=days)
        await world.beat()
        assert [row["status"] for row in await disputes(world)] == ["expired"]
        assert (await world.withdraw(10_00)).json()["code"] == "dispute_open"
    await world.pass_time(days=2)
    await world.beat()
    assert (await world.withdraw(10_00)).status_code == 201


async def counted(world: World, name: str) -> int:
    """What is counted of the player, ever."""
    statement = f"SELECT {name} FROM fraud_counter WHERE kind = 'player' AND key = $1 AND grain = 0"
    (row,) = await world.rows(statement, str(world.player))
    return int(row[name])


async def test_what_was_given_back_is_counted_beside_what_was_taken(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    for _ in range(2):
        await told(world, "funds_reinstated", dispute_of(world, intent, "won"))
    assert (await counted(world, "reversals"), await counted(world, "reinstatements")) == (1, 1)
    assert await counted(world, "reinstated_minor") == 50_00


@pytest.mark.parametrize("kind", ["created", "updated"])
async def test_a_report_of_fraud_is_counted_once(world: World, kind: str) -> None:
    intent = await paid_in(world)
    warning = {"id": "issfr_1", "object": "radar.early_fraud_warning", "payment_intent": intent["id"]}
    for _ in range(2):
        await told(world, f"radar.early_fraud_warning.{kind}", {**warning, "fraud_type": "made_with_lost_card"})
    assert await counted(world, "fraud_warnings") == 1
    assert await set_aside(world) == []


async def test_an_inquiry_and_a_fraud_warning_move_nothing_and_are_seen(world: World) -> None:
    intent = await paid_in(world)
    warning = {"id": "issfr_1", "object": "radar.early_fraud_warning", "payment_intent": intent["id"]}
    await told(world, "radar.early_fraud_warning.created", {**warning, "fraud_type": "unauthorized_use_of_card"})
    await told(world, "created", dispute_of(world, intent, "warning_needs_response", id="dp_2"))
    rows = await disputes(world)
    assert [(row["stage"], row["code"], row["amount_minor"]) for row in rows] == [
        ("fraud_warning", "unauthorized_use_of_card", 50_00),
        ("inquiry", "fraudulent", 50_00),
    ]
    assert await world.balance() == (50_00, 0)
    assert (await world.withdraw(10_00)).status_code == 201
    assert "dispute_stage_reached" in await world.published()


async def test_an_inquiry_may_become_a_chargeback(world: World) -> None:
    intent = await paid_in(world)
    await told(world, "created", dispute_of(world, intent, "warning_needs_response"))
    await charged_back(world, intent)
    (row,) = await disputes(world)
    assert (row["stage"], row["status"]) == ("chargeback", "opened")
    assert await world.balance() == (0, 0)


async def test_a_deadline_is_warned_of_and_then_over(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    await world.pass_time(days=6)
    assert [(row["status"], row["warned"]) for row in await disputes(world)] == [("opened", False)]
    await world.pass_time(days=1, minutes=1)
    assert [(row["status"], row["warned"]) for row in await disputes(world)] == [("opened", True)]
    assert (await world.published()).count("dispute_due_soon") == 1
    await world.pass_time(days=3)
    assert [row["status"] for row in await disputes(world)] == ["expired"]
    await told(world, "updated", dispute_of(world, intent, "under_review"))
    assert [row["status"] for row in await disputes(world)] == ["challenged"]


async def test_more_time_after_the_deadline_passed_opens_it_again(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    await world.pass_time(days=8)
    await world.pass_time(days=3)
    (row,) = await disputes(world)
    answer = f"/disputes/{row['id']}/challenge"
    late = await world.post(answer, {"reason": "it is on their page"}, as_=world.staff())
    assert (row["status"], late.json()["code"]) == ("expired", "dispute_not_open")
    await told(world, "updated", dispute_of(world, intent))  # Ten days from now.
    (row,) = await disputes(world)
    assert (row["status"], row["warned"], row["answered_by"]) == ("opened", False, None)
    await world.pass_time(days=8)
    assert [(one["status"], one["warned"]) for one in await disputes(world)] == [("opened", True)]
    done = await world.post(answer, {"reason": "it is on their page"}, as_=world.staff())
    assert done.status_code == 200, done.text
    await world.pass_time(days=3)
    assert [one["status"] for one in await disputes(world)] == ["challenged"]


async def test_a_chargeback_of_more_than_is_left_is_seen_and_its_money_is_set_aside(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent, amount=50_01)
    (row,) = await disputes(world)
    assert row["status"] == "opened"
    assert await world.balance() == (50_00, 0)
    assert await set_aside(world) == [("stripe", "reversed_too_much")]
    assert await fees(world) == 15_00


async def test_of_a_chargeback_of_more_than_was_paid_people_hear_and_make_an_end(world: World) -> None:
    """It waits with its reason, is counted and told; two people take the deposit back, one is done with the word."""
    name, of = "payments_set_aside_total", {"provider": "stripe", "code": "reversed_too_much"}
    before = REGISTRY.get_sample_value(name, of) or 0
    intent = await paid_in(world)
    await spend(world, 20_00)
    await charged_back(world, intent, amount=50_01)
    waits = "/provider-notifications?outcome=eq.set_aside&closed_at=is.null"
    (aside,) = (await world.get(waits, as_=world.staff())).json()
    assert (aside["code"], REGISTRY.get_sample_value(name, of)) == ("reversed_too_much", before + 1)
    assert "notification_set_aside" in await world.published()
    assert (await world.withdraw(10_00)).json()["code"] == "dispute_open"
    said = {"outcome": "never_collected", "reason": "the bank has all of it and a cent"}
    outcome = f"/deposits/{intent['metadata']['order_id']}/outcome"
    await world.approved(await world.post(outcome, said, as_=world.staff()))
    done = await world.post(
        f"/provider-notifications/{aside['id']}/resolve", {"reason": "taken back by hand"}, as_=world.staff()
    )
    assert done.status_code == 200, done.text
    assert (await world.get(waits, as_=world.staff())).json() == []
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    await books_hold(world)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"payment_intent": "pi_of_nobody"}, "unknown_reference"),
        ({"payment_intent": None}, "reference_unreadable"),
        ({"status": "on_the_moon"}, "status_not_handled"),
        ({"amount": -1}, "amount_unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_dispute_that_fits_nothing_is_set_aside(world: World, fields: dict[str, Any], code: str) -> None:
    intent = await paid_in(world)
    await told(world, "created", dispute_of(world, intent, **fields))
    assert await disputes(world) == []
    assert await set_aside(world) == [("stripe", code)]

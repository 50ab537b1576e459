"""Money of a deposit that Stripe refunded unasked: who bears it, and what he may do until it is paid."""

from asyncio import gather
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.backoffice.events import DepositLimitSet
from payments.adapters.ledger import causes
from payments.adapters.ledger.verify import verify
from payments.application.ledger import AccountType, Transfer, TransferKind, house, player_cash, transfer_id

from .test_notifications import set_aside
from .world import World

PAYER = {"first_name": "Ann", "last_name": "Doe", "email": "ann@example.com", "country": "SE", "locale": "sv_SE"}


async def paid_in(world: World, amount_minor: int = 50_00) -> dict[str, Any]:
    """The intent of a deposit that was credited."""
    deposit_id = (await world.deposit(amount_minor)).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    await world.webhook("payment_intent.succeeded", intent)
    return intent


async def spend(world: World, amount_minor: int) -> None:
    """The player has it no longer."""
    gone = Transfer(
        id=transfer_id("spent", uuid4()),
        kind=TransferKind.ADJUSTMENT,
        debit=player_cash(world.casino, world.player, "EUR"),
        credit=house(world.casino, AccountType.ADJUSTMENTS, "EUR"),
        amount_minor=amount_minor,
    )
    assert all(posting.posted for posting in await world.desk.ledger.post([gone]))


def refund_of(intent: dict[str, Any], amount: int, refund_id: str = "re_1", **fields: Any) -> dict[str, Any]:
    return {
        "id": refund_id, "object": "refund", "amount": amount, "currency": "eur", "payment_intent": intent["id"],
        "charge": "ch_1", "status": "succeeded", "reason": "requested_by_customer", "metadata": {}, **fields,
    }  # fmt: skip


async def refunded(world: World, intent: dict[str, Any], amount: int, refund_id: str = "re_1", **fields: Any) -> None:
    answer = await world.webhook("refund.created", refund_of(intent, amount, refund_id, **fields))
    assert answer.status_code == 200


async def owed(world: World) -> int:
    wallet = (await world.get(f"/players/{world.player}/balance", as_=world.staff())).json()["wallets"][0]
    return int(wallet["owed_minor"])


async def shown(world: World, intent: dict[str, Any]) -> tuple[str, int, int]:
    row = (await world.get(f"/deposits/{intent['metadata']['order_id']}", as_=world.staff())).json()
    return row["status"], row["amount_minor"], row["reversed_minor"]


async def books_hold(world: World) -> None:
    assert await world.ledger_sum() == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(causes, "KINDS", ())  # The events of earlier tests are forgotten, and their entries are not.
        assert [one for one in await verify(world.service.db.url, against_events=True) if not one.holds] == []


async def test_a_refund_comes_out_of_the_players_cash_however_often_and_in_what_way_it_is_told(world: World) -> None:
    intent = await paid_in(world)
    refund = refund_of(intent, 50_00)
    charge = {"id": "ch_1", "object": "charge", "payment_intent": intent["id"], "metadata": intent["metadata"]}
    for kind in ("refund.created", "refund.updated", "charge.refund.updated", "refund.created"):
        assert (await world.webhook(kind, refund)).status_code == 200
    await world.webhook("charge.refunded", {**charge, "refunds": {"data": [refund]}})
    assert await world.balance() == (0, 0)
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    assert await world.transfers() == [("deposit", 50_00), ("deposit_reversal", 50_00)]
    assert await world.published() == ["deposit_requested", "deposit_succeeded", "deposit_reversed"]
    assert await set_aside(world) == []
    await books_hold(world)


@pytest.mark.parametrize(
    ("told", "balance"),
    [
        ([("credit", "n1"), ("debit", "n2"), ("credit", "n3")], (0, 0)),
        ([("credit", "n1"), ("credit", "n3"), ("debit", "n2")], (0, 0)),
        ([("debit", "n2"), ("credit", "n3"), ("credit", "n1")], (0, 0)),
        ([("credit", "n1"), ("debit", "n2"), ("credit", "n1")], (0, 0)),
    ],
    ids=["in order", "before it is gone", "the wrong way round", "a repeat"],
)
async def test_a_credit_under_another_name_is_laid_before_people_and_a_repeat_is_not(
    world: World, told: list[tuple[str, str]], balance: tuple[int, int]
) -> None:
    asked = await world.deposit(50_00, provider="trustly", details=PAYER)
    deposit_id = UUID(asked.json()["deposit_id"]).hex
    for method, name in told:
        answer = await world.notify(method, deposit_id, amount="50.00", notificationid=name)
        assert world.trustly.read_answer(answer.content) == "OK"
    assert await world.balance() == balance
    assert len(await set_aside(world)) == len({name for method, name in told if method == "credit"}) - 1
    await books_hold(world)


async def test_parts_add_up_to_the_whole_and_more_is_set_aside(world: World) -> None:
    intent = await paid_in(world)
    await refunded(world, intent, 20_00)
    assert await shown(world, intent) == ("partially_reversed", 50_00, 20_00)
    listed = await world.get(
        "/deposits?status=eq.partially_reversed&reversed_minor=gt.1999&currency=eq.EUR", as_=world.staff()
    )
    assert [one["deposit_id"] for one in listed.json()] == [intent["metadata"]["order_id"]]
    await refunded(world, intent, 30_01, "re_2")
    await refunded(world, intent, 30_00, "re_3")
    assert await shown(world, intent) == ("reversed", 50_00, 50_00)
    assert await world.balance() == (0, 0)
    assert await set_aside(world) == [("stripe", "reversal_unexplained")]


async def test_refunds_that_arrive_at_the_same_time_all_count(world: World) -> None:
    intent = await paid_in(world)
    await gather(*(refunded(world, intent, 10_00, f"re_{n % 4}") for n in range(8)))
    assert await shown(world, intent) == ("partially_reversed", 50_00, 40_00)
    assert await world.balance() == (10_00, 0)
    await books_hold(world)


async def test_what_the_player_has_spent_he_owes_and_pays_with_his_next_deposits(world: World) -> None:
    first = await paid_in(world, 50_00)
    await spend(world, 38_00)
    await refunded(world, first, 50_00)
    assert (await world.balance(), await owed(world)) == ((0, 0), 38_00)
    second = await paid_in(world, 30_00)
    assert (await world.balance(), await owed(world)) == ((0, 0), 8_00)
    await paid_in(world, 20_00)
    assert (await world.balance(), await owed(world)) == ((12_00, 0), 0)
    await refunded(world, second, 30_00, "re_2")
    assert (await world.balance(), await owed(world)) == ((0, 0), 18_00)
    assert [one for one in await world.transfers() if one[0] != "adjustment"] == [
        ("deposit", 50_00), ("deposit_reversal", 12_00), ("chargeback", 38_00),
        ("deposit", 30_00), ("receivable_recovery", 30_00),
        ("deposit", 20_00), ("receivable_recovery", 8_00),
        ("deposit_reversal", 12_00), ("chargeback", 18_00),
    ]  # fmt: skip
    await books_hold(world)


async def test_the_statement_explains_what_is_owed(world: World) -> None:
    intent = await paid_in(world)
    await spend(world, 50_00)
    await refunded(world, intent, 50_00)
    await paid_in(world, 20_00)
    lines = (await world.get(f"/players/{world.player}/statement")).json()["items"]
    told = [(one["kind"], one["cash_delta_minor"], one["owed_delta_minor"]) for one in lines[:3]]
    assert told == [("receivable_recovery", -20_00, -20_00), ("deposit", 20_00, 0), ("chargeback", 0, 50_00)]


async def test_who_owes_is_paid_nothing_until_he_has_paid(world: World) -> None:
    await world.give(200_00)
    before = (await world.withdraw(100_00, key="before-the-debt")).json()["withdrawal_id"]
    intent = await paid_in(world)
    await spend(world, 150_00)
    await refunded(world, intent, 50_00)
    await world.give(100_00)
    refused = await world.withdraw(10_00)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_outstanding")
    again = await world.withdraw(100_00, key="before-the-debt")
    assert (again.status_code, again.json()["withdrawal_id"]) == (201, before)
    await paid_in(world, 50_00)
    assert (await world.withdraw(10_00)).status_code == 201
    await books_hold(world)


async def test_a_refund_that_overtook_the_payment_and_does_not_fit_it_is_seen_by_a_person(world: World) -> None:
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    await refunded(world, world.stripe.intent_of(deposit_id), 60_00)
    await refunded(world, world.stripe.intent_of(deposit_id), 70_00, "re_2")
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (50_00, 0)
    assert await set_aside(world) == [("stripe", "reversal_unexplained")] * 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"payment_intent": "pi_of_nobody"}, "unknown_reference"),
        ({"payment_intent": None}, "reference_unreadable"),
        ({"currency": "usd"}, "currency_differs"),
        ({"amount": 50_01}, "reversed_too_much"),
        ({"amount": -1}, "amount_unreadable"),
        ({"status": "stuck"}, "event_not_handled"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_refund_that_fits_nothing_moves_nothing_and_is_set_aside(
    world: World, fields: dict[str, Any], code: str
) -> None:
    intent = await paid_in(world)
    await refunded(world, intent, **{"amount": 50_00, **fields})
    assert await world.balance() == (50_00, 0)
    assert await set_aside(world) == [("stripe", code)]


async def test_a_refund_made_there_that_fails_after_it_succeeded_comes_back_in_whatever_order(world: World) -> None:
    for order in (("succeeded", "failed"), ("failed", "succeeded")):
        intent = await paid_in(world, 10_00)
        for status in order:
            await refunded(world, intent, 10_00, f"re_{order[0]}", status=status)
        assert await shown(world, intent) == ("succeeded", 10_00, 0)
    assert await world.balance() == (20_00, 0)
    assert await set_aside(world) == []
    await books_hold(world)


async def test_another_casinos_account_takes_nothing_back_here(world: World) -> None:
    intent, other = await paid_in(world), uuid4()
    await world.open_casino(other)
    await world.configure(other)
    raw, headers = world.stripe.webhook("refund.created", refund_of(intent, 50_00), int(world.clock.now().timestamp()))
    answer = await world.client.post(world.calls_at("stripe", other), content=raw, headers=headers)
    assert answer.status_code == 200
    assert await world.balance() == (50_00, 0)
    assert await set_aside(world) == [("stripe", "unknown_reference")]


async def test_what_was_taken_back_makes_no_room_within_a_limit(world: World) -> None:
    limit = DepositLimitSet(
        player_id=world.player,
        casino_id=world.casino,
        period="day",
        amount_minor=60_00,
        currency="EUR",
        previous_amount_minor=None,
        effective_from=world.clock.now(),
    )
    await world.tell(limit)
    intent = await paid_in(world)
    await refunded(world, intent, 50_00)
    assert (await world.deposit(10_01)).json()["code"] == "deposit_limit_reached"

"""Fees that players pay, over HTTP: told at the cashier, fixed when asked for, paid with the money or not at all."""

from dataclasses import replace
from typing import Any

import pytest

from payments.domain.routing.terms import MethodTerms, PlayerFee

from .fake_adyen import ADYEN
from .test_closed_loop import approve as looked_at
from .test_closed_loop import settle as set_policy
from .test_closed_loop import split, whole
from .test_closing import limit
from .test_destinations import IBAN
from .test_refunds import refund, statuses
from .test_routing_strategy import cashier
from .test_taken_back import books_hold, owed, refunded, spend
from .world import STRIPE, World

IN = {"bps": 200, "fixed_minor": {"EUR": 50}, "min_minor": {"EUR": 1_00}, "max_minor": {"EUR": 5_00}}
OUT = {"fixed_minor": {"EUR": 1_50}}


async def offer(world: World, methods: dict[str, Any], provider: str = "stripe") -> Any:
    more = {"stripe": STRIPE, "adyen": ADYEN}.get(provider)
    if more is None:
        listed = (await world.get(f"/casinos/{world.casino}/providers", as_=world.staff())).json()
        more = {"settings": next(one["settings"] for one in listed if one["provider"] == provider)}
    body = {"enabled": True, "currencies": ["EUR"], "methods": methods, **more}
    return await world.settle(f"/providers/{provider}", body)


@pytest.fixture
async def dear(world: World) -> World:
    """Cards cost something to pay in, and a bank to be paid."""
    assert (await offer(world, {"card": {"deposit_fee": IN}})).status_code == 200
    assert (await offer(world, {"bank": {"withdrawal_fee": OUT}}, "trustly")).status_code == 200
    return world


async def by_card(world: World, amount_minor: int = 50_00, **fields: Any) -> dict[str, Any]:
    answer = await world.deposit(amount_minor, provider=None, method="card", **fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def paid_in(world: World, amount_minor: int = 50_00, settled: int | None = None) -> dict[str, Any]:
    """The intent of a deposit by card that was credited."""
    intent = world.stripe.settle((await by_card(world, amount_minor))["deposit_id"], settled)
    await world.webhook("payment_intent.succeeded", intent)
    return intent


async def fee_shown(world: World, intent: dict[str, Any]) -> int:
    return int((await world.get(f"/deposits/{intent['metadata']['order_id']}")).json()["fee_minor"])


async def house_has(world: World) -> int:
    rows = await world.rows(
        "SELECT coalesce(sum(CASE 'player_fees' WHEN credit_type THEN amount_minor ELSE -amount_minor END), 0)::bigint"
        " AS minor FROM transfer WHERE casino_id = $1 AND 'player_fees' IN (debit_type, credit_type)",
        world.casino,
    )
    return int(rows[0]["minor"])


# --- the terms


async def test_two_people_set_the_terms_and_staff_see_them(world: World) -> None:
    shown = (await offer(world, {"card": {"deposit_fee": IN}})).json()["methods"]["card"]
    assert shown["deposit_fee"] == IN
    assert shown["withdrawal_fee"] == {"bps": 0, "fixed_minor": {}, "min_minor": {}, "max_minor": {}}


@pytest.mark.parametrize(
    ("fee", "field"),
    [
        ({"bps": 10_000}, "methods.card.deposit_fee.bps"),
        ({"bps": -1}, "methods.card.deposit_fee.bps"),
        ({"bps": 1.5}, "methods.card.deposit_fee.bps"),
        ({"fixed_minor": {"EUR": -1}}, "methods.card.deposit_fee.fixed_minor.EUR"),
        ({"fixed_minor": {"EUR": 10**13}}, "methods.card.deposit_fee.fixed_minor.EUR"),
        ({"min_minor": {"EUR": 2}, "max_minor": {"EUR": 1}}, "methods.card.deposit_fee"),
        ({"percent": 2}, "methods.card.deposit_fee.percent"),
    ],
)
async def test_terms_that_make_no_sense_are_refused_with_their_field(world: World, fee: Any, field: str) -> None:
    answer = await offer(world, {"card": {"deposit_fee": fee}})
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


# --- the cashier


async def test_the_cashier_tells_the_terms_and_the_fee_of_an_amount(dear: World) -> None:
    card = (await cashier(dear))["card"]
    at = {"provider": "stripe", "bps": 200, "fixed_minor": 50, "min_minor": 1_00, "max_minor": 5_00}
    assert (card["fee_minor"], card["fees"]) == (None, [{**at, "fee_minor": None}])
    for amount, fee in ((10_00, 1_00), (50_00, 1_50), (1_000_00, 5_00)):
        card = (await cashier(dear, amount_minor=amount))["card"]
        assert (card["offered"], card["fee_minor"], card["fees"]) == (True, fee, [{**at, "fee_minor": fee}])
    await dear.give(30_00)
    bank = (await cashier(dear, direction="withdrawal", amount_minor=20_00))["bank"]
    assert (bank["fee_minor"], [one["fixed_minor"] for one in bank["fees"]]) == (1_50, [1_50])
    assert bank["max_minor"] == 28_50
    short = (await cashier(dear, direction="withdrawal", amount_minor=28_51))["bank"]
    assert (short["why_missing"], short["providers"]) == ("insufficient_funds", [])
    bank = (await cashier(dear, direction="withdrawal", amount_minor=28_50))["bank"]
    assert (bank["offered"], bank["providers"]) == (True, ["trustly"])


async def test_what_would_be_eaten_up_is_too_small(dear: World) -> None:
    assert (await cashier(dear, amount_minor=1_00))["card"]["why_missing"] == "amount_too_small"
    assert (await cashier(dear, amount_minor=1_01))["card"]["offered"] is True
    assert (await dear.deposit(1_00, provider=None, method="card")).json()["code"] == "no_provider_available"
    named = await dear.deposit(1_00)
    assert (named.status_code, named.json()["code"]) == (409, "amount_outside_policy")


async def test_a_fee_that_was_agreed_to_before_and_takes_the_whole_offers_nothing(dear: World) -> None:
    whole = {"card": MethodTerms(deposit_fee=PlayerFee(bps=10_000))}
    async with dear.service.db.write() as connection:
        account = await dear.desk.accounts.find(connection, dear.casino, "stripe")
        assert account is not None
        await dear.desk.accounts.save(connection, replace(account, methods=whole), dear.clock.now())
    for asked in ({}, {"amount_minor": 50_00}):
        card = (await cashier(dear, **asked))["card"]
        assert (card["offered"], card["why_missing"]) == (False, "amount_too_small")


async def test_where_providers_ask_differently_the_cashier_tells_the_most(dear: World) -> None:
    assert (await offer(dear, {"card": {"deposit_fee": {"bps": 500}}}, "adyen")).status_code == 200
    card = (await cashier(dear, amount_minor=50_00))["card"]
    assert (card["fee_minor"], {one["provider"]: one["fee_minor"] for one in card["fees"]}) == (
        2_50,
        {"adyen": 2_50, "stripe": 1_50},
    )


async def test_nobody_pays_more_than_he_was_told(dear: World) -> None:
    refused = await dear.deposit(provider=None, method="card", fee_minor=1_49)
    assert (refused.status_code, refused.json()["code"]) == (409, "fee_changed")
    assert await dear.rows("SELECT 1 FROM event WHERE type = 'payments.deposit_requested'") == []
    assert (await by_card(dear, fee_minor=1_50))["fee_minor"] == 1_50
    assert (await by_card(dear, fee_minor=9_00))["fee_minor"] == 1_50
    await dear.give()
    refused = await dear.withdraw(fee_minor=0)
    assert (refused.status_code, refused.json()["code"]) == (409, "fee_changed")
    assert await dear.balance() == (500_00, 0)


async def test_nobody_chooses_a_fee_by_naming_the_provider_alone(dear: World) -> None:
    assert (await dear.deposit()).json()["fee_minor"] == 1_50
    assert (await offer(dear, {"card": {"deposit_fee": IN}, "wallet": {}})).status_code == 200
    unnamed = await dear.deposit()
    assert (unnamed.status_code, [one["field"] for one in unnamed.json()["errors"]]) == (422, ["method"])
    await dear.give()
    assert (await offer(dear, {"bank": {"withdrawal_fee": OUT}, "card": {}}, "trustly")).status_code == 200
    unnamed = await dear.withdraw()
    assert (unnamed.status_code, [one["field"] for one in unnamed.json()["errors"]]) == (422, ["method"])
    named: dict[str, Any] = {"provider": None, "destination": IBAN}
    assert (await dear.withdraw(method="pigeon", **named)).json()["code"] == "method_not_offered"
    fees = [(await dear.withdraw(10_00, method=name, **named)).json()["fee_minor"] for name in ("bank", "card")]
    assert fees == [1_50, 0]


# --- deposits


async def test_a_deposit_and_its_fee_are_credited_in_one_group(dear: World) -> None:
    begun = await by_card(dear)
    assert begun["fee_minor"] == 1_50
    assert (await offer(dear, {"card": {"deposit_fee": {"bps": 5_000}}})).status_code == 200
    intent = dear.stripe.settle(begun["deposit_id"])
    for _ in range(2):
        await dear.webhook("payment_intent.succeeded", intent)
    assert await dear.transfers() == [("deposit", 50_00), ("deposit_fee", 1_50)]
    assert (await dear.balance(), await house_has(dear)) == ((48_50, 0), 1_50)
    lines = (await dear.get(f"/players/{dear.player}/statement")).json()["items"]
    assert [(one["kind"], one["cash_delta_minor"], one["caused_by"]["group_id"]) for one in lines] == [
        ("deposit_fee", -1_50, begun["deposit_id"]),
        ("deposit", 50_00, begun["deposit_id"]),
    ]
    query = "currency=eq.EUR&fee_minor=gt.0&created_at=gte.now-1d"
    listed = (await dear.get(f"/deposits?{query}", as_=dear.staff())).json()
    assert [(one["deposit_id"], one["fee_minor"]) for one in listed] == [(begun["deposit_id"], 1_50)]
    told = await dear.rows("SELECT 1 FROM outbox WHERE envelope::jsonb -> 'data' ->> 'kind' = 'deposit_fee'")
    assert len(told) == 1
    await books_hold(dear)


@pytest.mark.parametrize(("settled", "fee"), [(25_00, 75), (80_00, 1_50)])
async def test_of_another_amount_its_part_is_paid_and_never_more(dear: World, settled: int, fee: int) -> None:
    intent = await paid_in(dear, settled=settled)
    assert (await fee_shown(dear, intent), await dear.balance()) == (fee, (settled - fee, 0))
    await books_hold(dear)


async def test_a_deposit_that_is_not_paid_costs_nothing(dear: World) -> None:
    begun = await by_card(dear)
    await dear.webhook("payment_intent.canceled", {**dear.stripe.intent_of(begun["deposit_id"]), "status": "canceled"})
    assert (await dear.transfers(), await house_has(dear)) == ([], 0)


async def test_a_debt_is_paid_out_of_what_the_fee_leaves(dear: World) -> None:
    first = await paid_in(dear, 30_00)
    await spend(dear, 28_90)
    await refunded(dear, first, 30_00)
    assert (await dear.balance(), await owed(dear)) == ((0, 0), 30_00)
    await paid_in(dear, 20_00)
    assert (await dear.balance(), await owed(dear)) == ((0, 0), 11_00)
    assert await house_has(dear) == 2_10
    await books_hold(dear)


async def test_limits_count_what_is_paid_in(dear: World) -> None:
    await limit(dear, 100_00)
    await paid_in(dear, 60_00)
    assert (await cashier(dear))["card"]["max_minor"] == 40_00
    refused = await dear.deposit(40_01, provider=None, method="card")
    assert refused.json()["code"] == "deposit_limit_reached"


# --- money that goes back


async def test_a_whole_refund_gives_the_fee_back(dear: World) -> None:
    intent = await paid_in(dear)
    await refund(dear, intent, 50_00)
    assert (await dear.balance(), await house_has(dear)) == ((0, 50_00), 0)
    await dear.run_tasks()
    assert await statuses(dear) == ["succeeded"]
    assert await dear.transfers() == [
        ("deposit", 50_00),
        ("deposit_fee", 1_50),
        ("deposit_fee_returned", 1_50),
        ("refund_hold", 50_00),
        ("refund_paid", 50_00),
    ]
    (row,) = (await dear.get("/refunds?created_at=gte.now-1d", as_=dear.staff())).json()
    assert (row["amount_minor"], row["fee_minor"], row["owed_minor"]) == (50_00, 1_50, 0)
    await books_hold(dear)


async def test_a_refund_that_fails_takes_the_fee_again_and_the_next_gives_it_back_again(dear: World) -> None:
    intent = await paid_in(dear)
    dear.stripe.refund_error = "charge_disputed"
    await refund(dear, intent, 50_00)
    await dear.run_tasks()
    assert await statuses(dear) == ["failed"]
    assert (await dear.balance(), await house_has(dear)) == ((48_50, 0), 1_50)
    dear.stripe.refund_error = None
    await refund(dear, intent, 50_00)
    await dear.run_tasks()
    assert (await dear.balance(), await house_has(dear)) == ((0, 0), 0)
    await books_hold(dear)


async def test_refunds_of_parts_leave_the_fee(dear: World) -> None:
    intent = await paid_in(dear)
    await refund(dear, intent, 20_00)
    await refund(dear, intent, 28_50)
    await dear.run_tasks()
    assert (await dear.balance(), await house_has(dear)) == ((0, 0), 1_50)
    await books_hold(dear)


async def test_what_others_take_back_leaves_the_fee_and_he_owes_it(dear: World) -> None:
    intent = await paid_in(dear)
    await refunded(dear, intent, 50_00)
    assert (await dear.balance(), await owed(dear), await house_has(dear)) == ((0, 0), 1_50, 1_50)
    await books_hold(dear)


# --- withdrawals


async def test_a_withdrawals_fee_is_on_hold_beside_it_and_paid_with_it(dear: World) -> None:
    await dear.give(200_00)
    asked = (await dear.withdraw(100_00, fee_minor=1_50)).json()
    assert (asked["amount_minor"], asked["fee_minor"]) == (100_00, 1_50)
    assert await dear.balance() == (98_50, 101_50)
    await looked_at(dear, asked["withdrawal_id"])
    (order,) = dear.trustly.orders.values()
    assert order["Amount"] == "100.00"
    await dear.notify("payoutconfirmation", asked["withdrawal_id"])
    assert (await dear.balance(), await house_has(dear)) == ((98_50, 0), 1_50)
    assert await dear.transfers() == [
        ("withdrawal_hold", 101_50),
        ("withdrawal_paid", 100_00),
        ("withdrawal_fee", 1_50),
    ]
    await books_hold(dear)


async def test_a_withdrawal_that_falls_through_gives_the_fee_back(dear: World) -> None:
    await dear.give(200_00)
    rejected = (await dear.withdraw(50_00)).json()["withdrawal_id"]
    answer = await dear.post(f"/withdrawals/{rejected}/reject", {"reason": "name differs"}, as_=dear.staff())
    assert answer.status_code == 200, answer.text
    dear.trustly.refuse = "ERROR_ACCOUNT_NOT_FOUND"
    failed = (await dear.withdraw(60_00)).json()["withdrawal_id"]
    await looked_at(dear, failed)
    assert (await dear.get(f"/withdrawals/{failed}")).json()["status"] == "failed"
    assert (await dear.balance(), await house_has(dear)) == ((200_00, 0), 0)
    await books_hold(dear)


async def test_what_comes_back_later_comes_without_the_fee(dear: World) -> None:
    await dear.give(200_00)
    asked = (await dear.withdraw(100_00)).json()["withdrawal_id"]
    await looked_at(dear, asked)
    await dear.notify("payoutconfirmation", asked)
    await dear.notify("payoutfailed", asked)
    assert (await dear.balance(), await house_has(dear)) == ((198_50, 0), 1_50)
    await books_hold(dear)


async def test_nobody_withdraws_what_he_needs_for_the_fee(dear: World) -> None:
    await dear.give(100_00)
    answer = await dear.withdraw(98_51)
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_funds")
    assert (await dear.withdraw(98_50)).status_code == 201
    assert await dear.balance() == (0, 100_00)
    await books_hold(dear)


async def test_the_same_withdrawal_asked_for_again_costs_what_it_did(dear: World) -> None:
    await dear.give(200_00)
    asked = (await dear.withdraw(50_00)).json()
    assert (await offer(dear, {"bank": {"withdrawal_fee": {"bps": 1_000}}}, "trustly")).status_code == 200
    again = await dear.withdraw(50_00, withdrawal_id=asked["withdrawal_id"])
    assert (again.status_code, again.json()["fee_minor"]) == (201, 1_50)
    assert await dear.balance() == (148_50, 51_50)


async def test_parts_are_exact_and_the_fee_is_paid_once_all_have_left(dear: World) -> None:
    await paid_in(dear)
    await dear.give(100_00)
    await set_policy(dear)
    asked = (await dear.withdraw(80_00)).json()["withdrawal_id"]
    await looked_at(dear, asked)
    parts = (await split(dear, asked))["parts"]
    assert [(one["way"], one["amount_minor"]) for one in parts] == [("refund", 50_00), ("payout", 30_00)]
    assert (await dear.balance(), await house_has(dear)) == ((67_00, 31_50), 1_50)
    await dear.notify("payoutconfirmation", parts[1]["part_id"])
    assert await whole(dear, asked) == ("paid", 80_00)
    assert (await dear.balance(), await house_has(dear)) == ((67_00, 0), 3_00)
    await books_hold(dear)


async def test_of_what_left_in_part_its_part_is_paid(dear: World) -> None:
    await paid_in(dear)
    await dear.give(100_00)
    await set_policy(dear)
    dear.trustly.refuse = "ERROR_ACCOUNT_NOT_FOUND"
    asked = (await dear.withdraw(80_00)).json()["withdrawal_id"]
    await looked_at(dear, asked)
    await dear.run_tasks()
    assert await whole(dear, asked) == ("halted", 50_00)
    assert (await dear.balance(), await house_has(dear)) == ((67_00, 31_50), 1_50)
    answer = await dear.post(f"/withdrawals/{asked}/reject", {"reason": "his bank is gone"}, as_=dear.staff())
    assert answer.status_code == 200, answer.text
    row = (await dear.get(f"/withdrawals/{asked}")).json()
    assert (row["status"], row["paid_minor"], row["fee_minor"]) == ("partly_paid", 50_00, 93)
    assert (await dear.balance(), await house_has(dear)) == ((97_57, 0), 2_43)
    await books_hold(dear)

"""Which no of a provider speaks against who pays, and from which moment on money that came counts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from payments.application.fraud.noes import is_of_payer
from payments.application.ports import Category
from payments.application.processes.deposit_process import DepositProcess
from payments.domain.fraud.rules import sha256_of
from payments.strategies.registry import PROVIDERS

from .test_fraud import DEVICE, HOME, asks, automatic, decisions, failed, paid
from .test_fraud_work import at, put_draft
from .test_instruments import CARD, another_player, tell_charge
from .world import World

OUTAGE = {"code": "processing_error", "type": "card_error"}
DECLINED = {"code": "card_declined", "decline_code": "do_not_honor", "type": "card_error"}

CREDITED = """SELECT failures, credited, credited_minor, deposits FROM fraud_counter
    WHERE kind = 'instrument' AND grain = 0 AND casino_id = $1"""


async def refused(world: World, error: dict[str, Any] = DECLINED, **fields: Any) -> str:
    """He asks for a deposit, and its provider says no for this reason."""
    deposit_id = str((await asks(world, **fields)).json()["deposit_id"])
    intent = world.stripe.intent_of(deposit_id)
    told = {**intent, "status": "requires_payment_method", "last_payment_error": error}
    await world.webhook("payment_intent.payment_failed", told, event_id=f"evt_{uuid4()}")
    return deposit_id


async def cancelled(world: World, **fields: Any) -> None:
    """He asks for a deposit and leaves its page."""
    intent = world.stripe.intent_of((await asks(world, **fields)).json()["deposit_id"])
    told = {**intent, "status": "canceled", "cancellation_reason": "requested_by_customer"}
    await world.webhook("payment_intent.canceled", told, event_id=f"evt_{uuid4()}")


async def last(world: World) -> dict[str, Any]:
    return (await decisions(world))[-1]


async def statuses(world: World) -> set[str]:
    return {row["status"] for row in await world.rows("SELECT status FROM rm_deposit_list")}


async def test_whoever_tried_through_an_outage_pays_in_when_it_is_over(world: World) -> None:
    for _ in range(6):
        await refused(world, OUTAGE, device_id=DEVICE)
    assert await statuses(world) == {"failed"}
    assert (await asks(world, device_id=DEVICE)).status_code == 201
    found = await last(world)
    assert (found["rules"], found["features"]["failures_in_row"]) == ([], 0)
    assert not [name for name in found["features"] if name.startswith("failures:")]


async def test_whoever_leaves_its_page_again_and_again_pays_in_at_last(world: World) -> None:
    for _ in range(6):
        await cancelled(world)
    assert await statuses(world) == {"failed"}
    assert (await asks(world)).status_code == 201
    assert (await last(world))["rules"] == []


async def test_an_address_of_many_is_not_blocked_by_an_outage(world: World) -> None:
    for _ in range(10):
        await another_player(world)
        await refused(world, OUTAGE, device_id=DEVICE)
    await another_player(world)
    assert (await asks(world, device_id=DEVICE)).status_code == 201
    assert (await last(world))["rules"] == []
    assert await world.rows("SELECT 1 FROM fraud_entry WHERE casino_id = $1", world.casino) == []


async def test_what_the_provider_has_to_answer_for_is_left_out_of_a_row_and_ends_none(world: World) -> None:
    for number in range(6):
        await (refused(world, OUTAGE) if number % 2 else cancelled(world))
        await failed(world)
    assert (await asks(world)).status_code == 409
    found = await last(world)
    assert (found["rules"], found["features"]["failures_in_row"]) == (["VEL-DEP-FAIL"], 6)
    assert found["features"]["failures:ip:1h"] == 6


async def test_a_deposit_that_was_credited_meanwhile_ends_the_row(world: World) -> None:
    slow = str((await asks(world)).json()["deposit_id"])
    for _ in range(6):
        await failed(world)
    world.clock.advance(timedelta(minutes=1))
    await world.webhook("payment_intent.succeeded", world.stripe.settle(slow))
    assert (await asks(world)).status_code == 201
    assert (await last(world))["features"]["failures_in_row"] == 0


@pytest.mark.parametrize(("code", "failures"), [("processing_error", 0), ("do_not_honor", 1)])
async def test_a_deposit_that_went_on_to_another_provider_counts_by_why(world: World, code: str, failures: int) -> None:
    await world.offer_cards()
    world.stripe.refuse = code
    deposit_id = await world.request_deposit(provider=None, method="card")
    await DepositProcess(world.desk).begin(deposit_id, world.casino)
    assert (await world.get(f"/deposits/{deposit_id}")).json()["provider"] == "adyen"
    await asks(world)
    assert (await last(world))["features"].get("failures:player:1h", 0) == failures


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("insufficient_funds", True),
        ("stolen_card", True),
        ("incorrect_pin", True),
        ("fraudulent", True),
        ("generic_decline", True),
        ("a_code_nobody_has_seen", True),
        ("abandoned", False),
        ("issuer_not_available", False),
        ("amount_too_small", False),
        ("api_key_expired", False),
        ("never_paid", False),
        ("self_excluded", False),
        ("fraud_declined", False),
    ],
)
def test_a_no_counts_where_it_is_about_who_pays(code: str, counts: bool) -> None:
    assert is_of_payer(PROVIDERS, "stripe", code) is counts


def test_every_category_is_of_the_payer_or_is_not() -> None:
    """Whoever adds one decides."""
    told = {
        meaning.category: is_of_payer(PROVIDERS, name, code)
        for name, provider in PROVIDERS.items()
        for code, meaning in provider.codes.items()
    }
    ours = {Category.CANCELLED, Category.PROVIDER, Category.REQUEST, Category.CONFIGURATION}
    assert told == {one: one not in ours for one in Category if one is not Category.UNKNOWN}


async def credited_now(world: World, amount_minor: int, *deposits: str) -> None:
    """The bank's money is there; five minutes pass."""
    for deposit_id in deposits:
        intent = world.stripe.settle(deposit_id, amount_minor)
        await world.webhook("payment_intent.succeeded", intent, event_id=f"evt_{uuid4()}")
    world.clock.advance(timedelta(minutes=5))


async def a_day_later(world: World) -> None:
    world.clock.advance(timedelta(hours=25))
    await world.beat()


async def test_money_that_came_a_day_after_it_was_asked_for_passes_through_all_the_same(world: World) -> None:
    await automatic(world)
    deposit_id = str((await asks(world, 100_00)).json()["deposit_id"])
    await a_day_later(world)
    await credited_now(world, 100_00, deposit_id)
    assert await world.people(95_00, destination={"account_id": "777"}) == 2
    found = await last(world)
    assert (found["rules"], found["features"]["minutes_since_deposit"]) == (["PASS-THRU"], 5)


async def test_of_whoever_never_paid_in_it_is_not_known_since_when(world: World) -> None:
    await paid(world, 100_00)
    world.clock.advance(timedelta(minutes=30))
    await world.beat()
    await asks(world)
    assert (await last(world))["features"]["minutes_since_deposit"] == 30
    await another_player(world)
    assert (await asks(world)).status_code == 201
    assert "minutes_since_deposit" not in (await last(world))["features"], "he has never paid in"


async def test_sums_just_below_what_is_reported_count_on_the_day_they_come(world: World) -> None:
    asked = [str((await asks(world, 1_900_00)).json()["deposit_id"]) for _ in range(2)]
    await a_day_later(world)
    await asks(world, 10_00)
    assert (await last(world))["features"]["recent_deposits_minor"] == [10_00], "the others may never come"
    await credited_now(world, 1_900_00, *asked)
    await world.withdraw(1_000_00)
    found = await last(world)
    assert sorted(found["features"]["recent_deposits_minor"]) == [10_00, 1_900_00, 1_900_00]
    assert "STRUCT-OUT" in found["rules"]


async def test_a_card_that_many_try_is_blocked_wherever_they_are(world: World) -> None:
    for number in range(6):
        await another_player(world)
        error = {**DECLINED, "payment_method": {"type": "card", "card": CARD}}
        await refused(world, error, ip=f"81.2.{number}.7", device_id=f"{DEVICE}-{number}")
        assert (await last(world))["looks"] == [], "he is the first, or one of few"
    await another_player(world)
    deposit_id = await paid(world, 50_00, ip="81.2.9.7")
    await tell_charge(world, deposit_id, CARD)
    one = await last(world)
    (look,) = one["looks"]
    assert (one["action"], look["action"], look["rules"]) == ("allow", "block", ["CARD-TEST-CARD"])
    assert (look["refusal"], look["features"]["failures:instrument:24h"]) == ("fraud_blocked", 6)
    listed = await world.rows("SELECT kind, rule FROM fraud_entry WHERE casino_id = $1", world.casino)
    assert listed == [{"kind": "instrument", "rule": "CARD-TEST-CARD"}]
    assert (await asks(world, ip="81.2.9.7")).status_code == 409, "he paid with it"
    await another_player(world)
    assert (await asks(world, ip=HOME)).status_code == 201, "nobody knows yet with what"


async def test_a_draft_is_tried_on_what_was_known_when_payments_were_looked_at_again(world: World) -> None:
    for _ in range(4):
        await another_player(world)
        await refused(world, {**DECLINED, "payment_method": {"type": "card", "card": CARD}})
    assert not any(one["looks"] for one in await decisions(world)), "no rule asks as much"
    failures = {"feature": "failures", "of": "instrument", "in": "24h"}
    rule = {"id": "TWICE", "trigger": "deposit", "action": "review", "mode": "live", "text": "Twice a no."}
    rules = {"rules": [{**rule, "when": {"gte": [failures, 2]}}], "typologies": {}, "unproven": "review"}
    await put_draft(world, rules)
    tried = await world.post(at(world, "/draft/backtest"), {"sha256": sha256_of(rules)}, as_=world.staff())
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert (found["actions"], found["changed"]) == ({"allow": 2, "review": 2}, {"allow -> review": 2})
    assert [(one["payments"], one["hits"]) for one in found["rules"]] == [(4, 2)]


async def test_a_card_that_is_told_only_after_it_was_declined_was_declined(world: World) -> None:
    await tell_charge(world, await refused(world), CARD)
    (counted,) = await world.rows(CREDITED, world.casino)
    assert counted == {"failures": 1, "credited": 0, "credited_minor": 0, "deposits": 1}


async def test_a_card_that_is_told_after_an_outage_was_not_declined(world: World) -> None:
    await tell_charge(world, await refused(world, OUTAGE), CARD)
    (counted,) = await world.rows(CREDITED, world.casino)
    assert counted == {"failures": 0, "credited": 0, "credited_minor": 0, "deposits": 1}


async def test_a_card_that_pays_as_often_as_it_fails_is_nobodys_test(world: World) -> None:
    for number in range(6):
        await another_player(world)
        error = {**DECLINED, "payment_method": {"type": "card", "card": CARD}}
        await refused(world, error, ip=f"81.2.{number}.7")
        await tell_charge(world, await paid(world, 50_00, ip=f"81.2.{number}.7"), CARD)
    assert not [look for one in await decisions(world) for look in one["looks"] if "CARD-TEST-CARD" in look["rules"]]
    (counted,) = await world.rows(CREDITED, world.casino)
    assert counted == {"failures": 6, "credited": 6, "credited_minor": 300_00, "deposits": 12}

"""Edge case "chargeback after the money was withdrawn": its player pays in and bets no more until he paid, or may."""

from asyncio import gather
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.backoffice.events import SelfExclusionStarted
from contracts.payments.permissions import PaymentsPermission as P
from payments.domain.ledger.transfers import Code

from .test_disputes import charged_back, dispute_of, told
from .test_held import bet
from .test_routing_strategy import cashier
from .test_taken_back import books_hold, owed, paid_in, refunded, spend
from .world import World


async def owes(world: World, amount_minor: int = 50_00) -> dict[str, Any]:
    """The intent of a deposit that was spent, and then charged back."""
    intent = await paid_in(world, amount_minor)
    await spend(world, amount_minor)
    await charged_back(world, intent)
    return intent


async def lift(world: World, as_: dict[str, str] | None = None) -> Any:
    body = {"reason": "he called and will pay"}
    return await world.post(f"/players/{world.player}/chargeback-stop/lift", body, as_=as_ or world.staff())


async def flags(world: World) -> set[tuple[bool, bool]]:
    rows = await world.rows("SELECT bets_blocked, deposits_blocked FROM account WHERE player_id = $1", world.player)
    return {(row["bets_blocked"], row["deposits_blocked"]) for row in rows}


async def is_stopped(world: World) -> None:
    answer = await world.deposit(10_00)
    assert (answer.status_code, answer.json()["code"]) == (409, "chargeback_unpaid")


async def is_free(world: World) -> None:
    assert (await world.deposit(10_00)).status_code == 201
    assert await bet(world) == Code.CREATED


async def test_chargeback_after_the_money_was_withdrawn_stops_deposits_and_bets(world: World) -> None:
    """From the very transaction in which it is told: nothing has to run, or to be heard, first."""
    await owes(world)
    await world.give(100_00)
    await is_stopped(world)
    assert await bet(world) == Code.BLOCKED
    assert (await world.withdraw(10_00)).json()["code"] == "debt_outstanding"
    await world.run_tasks()
    await is_stopped(world)
    assert await bet(world) == Code.BLOCKED
    assert await flags(world) == {(True, True)}
    await books_hold(world)


async def test_the_cashier_says_so_as_well(world: World) -> None:
    await world.offer_cards()
    await owes(world)
    card = (await cashier(world))["card"]
    assert (card["offered"], card["why_missing"], card["providers"]) == (False, "chargeback_unpaid", [])


async def test_what_he_has_open_is_given_up_and_pays_his_debt_where_it_is_paid_all_the_same(world: World) -> None:
    open_id = (await world.deposit(70_00)).json()["deposit_id"]
    await owes(world)
    await world.run_tasks()
    shown = (await world.get(f"/deposits/{open_id}", as_=world.staff())).json()
    assert (shown["status"], shown["code"]) == ("failed", "chargeback_unpaid")
    await world.webhook("payment_intent.succeeded", world.stripe.settle(open_id))
    assert (await world.balance(), await owed(world)) == ((20_00, 0), 0)
    await world.run_tasks()
    assert await flags(world) == {(False, False)}
    await is_free(world)
    await books_hold(world)


async def test_chargeback_won_lets_him_go_on(world: World) -> None:
    intent = await owes(world)
    await told(world, "funds_reinstated", dispute_of(world, intent, "won"))
    await told(world, "closed", dispute_of(world, intent, "won"))
    await world.run_tasks()
    await world.give()
    await is_free(world)


async def test_people_let_him_go_on_and_what_he_pays_in_pays_his_debt(world: World) -> None:
    await owes(world)
    await world.give(100_00)
    answer = await lift(world)
    assert (answer.status_code, answer.json()) == (200, {"player_id": str(world.player), "lifted": True})
    assert (await lift(world)).json()["lifted"] is False
    await world.run_tasks()
    assert await bet(world) == Code.CREATED
    still = await world.withdraw(10_00)
    assert (still.status_code, still.json()["code"]) == (409, "debt_outstanding")
    await paid_in(world, 60_00)
    assert await owed(world) == 0
    said = await world.rows(
        "SELECT envelope FROM outbox WHERE envelope::json -> 'data' ->> 'element_id' = $1", str(world.player)
    )
    assert len(said) == 1
    await books_hold(world)


async def test_the_next_chargeback_stops_him_anew(world: World) -> None:
    first, second = await paid_in(world), await paid_in(world, 20_00)
    await spend(world, 70_00)
    await charged_back(world, first)
    await lift(world)
    await world.run_tasks()
    await charged_back(world, second, id="dp_2")
    await is_stopped(world)


async def test_a_chargeback_that_his_cash_pays_stops_nobody(world: World) -> None:
    await charged_back(world, await paid_in(world))
    await world.give()
    await is_free(world)


async def test_what_was_refunded_and_spent_stops_nobody(world: World) -> None:
    """It was the casino's own doing: his next deposits pay it."""
    intent = await paid_in(world)
    await spend(world, 50_00)
    await refunded(world, intent, 50_00)
    assert await owed(world) == 50_00
    await world.give()
    await is_free(world)


async def test_whoever_is_excluded_stays_so_when_his_debt_is_paid(world: World) -> None:
    open_id = (await world.deposit(60_00)).json()["deposit_id"]
    await owes(world)
    started = world.clock.now()
    until = (started + timedelta(days=365)).date()
    await world.tell(
        SelfExclusionStarted(player_id=world.player, casino_id=world.casino, started_at=started, until=until)
    )
    await world.run_tasks()
    await world.webhook("payment_intent.succeeded", world.stripe.settle(open_id))
    await world.run_tasks()
    assert (await owed(world), await flags(world)) == (0, {(True, True)})
    assert (await world.deposit(10_00)).json()["code"] == "self_excluded"


@pytest.mark.parametrize("attempt", range(3))
async def test_a_chargeback_that_races_with_deposits_and_people_leaves_one_answer(world: World, attempt: int) -> None:
    intent = await paid_in(world)
    await spend(world, 50_00)
    _, *answers = await gather(charged_back(world, intent), *(world.deposit(10_00) for _ in range(3)), lift(world))
    assert {one.status_code for one in answers} <= {200, 201, 409}
    await world.run_tasks()
    (row,) = await world.rows("SELECT bool_or(debt_stops) AS so FROM account WHERE player_id = $1", world.player)
    assert await flags(world) == {(row["so"], row["so"])}
    await books_hold(world)


async def test_who_lets_him_go_on_must_be_allowed_to_there(world: World) -> None:
    await owes(world)
    assert (await lift(world, world.staff(None, P.DISPUTE_LIST))).status_code == 403
    assert (await lift(world, world.staff(casino=uuid4()))).status_code == 404
    assert (await lift(world, world.himself())).status_code == 403
    await is_stopped(world)

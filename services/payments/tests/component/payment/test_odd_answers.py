"""Providers' answers to our own calls that cannot be applied, or that nobody may read any more."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.testing.problems import problem
from contracts.backoffice.events import PersonalDataErased
from payments.application.processes.deposit_process import DepositProcess

from .test_notifications import set_aside
from .world import World


async def test_an_answer_in_another_currency_is_set_aside_and_credits_nothing(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    world.stripe.settle(deposit_id).update(currency="usd")
    await world.pass_time(seconds=3)
    assert await set_aside(world) == [("stripe", "currency_differs")]
    assert (await world.get(f"/deposits/{deposit_id}")).json()["status"] == "unknown"
    assert await world.balance() == (0, 0)


async def test_after_an_answer_that_was_set_aside_the_provider_is_asked_again(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    intent.update(currency="usd")
    await world.pass_time(seconds=3)
    intent.update(currency="eur")
    await world.pass_time(minutes=1)
    assert (await world.get(f"/deposits/{deposit_id}")).json()["status"] == "succeeded"
    assert await world.balance() == (50_00, 0)


async def test_what_an_erased_player_had_open_is_stopped_and_what_he_paid_before_still_comes(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    paid_before = (await world.deposit(20_00)).json()["deposit_id"]
    world.stripe.settle(paid_before)
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    await world.run_tasks()
    await world.pass_time(seconds=3)
    shown = (await world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"], shown["next_action"]) == ("failed", "subject_erased", None)
    assert world.stripe.intent_of(deposit_id)["status"] == "canceled"
    assert (await world.get(f"/deposits/{paid_before}")).json()["late"] is True
    assert await world.balance() == (20_00, 0)


async def test_an_erased_player_neither_bets_nor_pays_in(world: World) -> None:
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    flags = await world.rows(
        "SELECT DISTINCT bets_blocked, deposits_blocked FROM account WHERE player_id = $1", world.player
    )
    assert flags == [{"bets_blocked": True, "deposits_blocked": True}]
    problem(await world.deposit(), 409, "subject_erased")
    await world.run_tasks()
    problem(await world.deposit(), 409, "subject_erased")
    assert world.stripe.calls == []


async def test_where_a_player_comes_back_to_is_nowhere_in_clear_and_forgotten_with_him(world: World) -> None:
    back = "https://casino.example/back?name=Maria-Borg"
    body = (await world.deposit(return_url=back)).json()
    assert body["next_action"]["return_url"] == back
    events = await world.rows("SELECT data::text AS data FROM event")
    stored = await world.rows("SELECT response::text AS data FROM idempotency")
    sent = await world.rows("SELECT envelope AS data FROM outbox")
    assert not [row for row in [*events, *stored, *sent] if "Maria" in row["data"]]


async def test_no_call_is_repeated_once_the_provider_may_have_forgotten_its_key(world: World) -> None:
    deposit_id = await world.request_deposit()
    world.clock.advance(timedelta(hours=23))
    await DepositProcess(world.desk).begin(deposit_id, world.casino)
    await world.run_tasks()
    assert [call.method for call in world.stripe.calls] == ["GET"]
    assert (await world.get(f"/deposits/{deposit_id}")).json()["status"] == "unknown"


async def test_a_deposit_from_before_return_addresses_were_sealed_is_called_for(world: World) -> None:
    deposit_id = await world.request_deposit()
    async with world.service.db.write() as connection:
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        await connection.exec_driver_sql(
            """UPDATE event SET data = jsonb_set(data, '{return_url}', '"https://casino.example/before"')"""
        )
    await DepositProcess(world.desk).begin(deposit_id, world.casino)
    shown = (await world.get(f"/deposits/{deposit_id}")).json()
    assert shown["next_action"]["return_url"] == "https://casino.example/before"


async def test_what_was_to_be_done_before_is_not_readable_either(world: World) -> None:
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    assert (await world.get(f"/deposits/{deposit_id}")).json()["next_action"] is not None
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    await world.run_tasks()
    assert (await world.get(f"/deposits/{deposit_id}")).json()["next_action"] is None


@pytest.mark.parametrize("things", ["deposits", "withdrawals"])
async def test_what_nobody_asked_for_is_not_found(world: World, things: str) -> None:
    for caller in (world.himself(), world.staff()):
        problem(await world.get(f"/{things}/{uuid4()}", as_=caller), 404, "not_found")

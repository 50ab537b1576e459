"""What rules against fraud hear of: banks' reports, money given back, names, countries, bonuses, days."""

import runpy
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from payments.adapters.fraud.sql import MOST_LINKS
from payments.application.fraud.looking_again import look_again
from payments.application.fraud.ports import Signals
from payments.application.instruments.seeing import fingerprint_of
from payments.application.ledger import AccountType, Transfer, TransferKind, house, player_cash, transfer_id
from payments.domain.deposit.events import DepositFact
from payments.domain.instrument.words import Instrument, Kind

from .test_bonuses import propose as propose_bonus
from .test_disputes import charged_back, dispute_of
from .test_disputes import told as bank_tells
from .test_fraud import DEVICE, asks, automatic, decisions, paid
from .test_instruments import act, another_player, pay
from .test_refunds import at_stripe, refund, told
from .test_taken_back import paid_in
from .world import World

MIGRATION = Path(__file__).resolve().parents[3] / "migrations" / "versions" / "0048_fraud_signals.py"
HELD = "SELECT held_minor FROM fraud_play WHERE player_id = $1"


async def last(world: World) -> dict[str, Any]:
    return (await decisions(world))[-1]


async def warned(world: World, intent: dict[str, Any]) -> None:
    warning = {"id": f"issfr_{uuid4().hex}", "object": "radar.early_fraud_warning", "payment_intent": intent["id"]}
    await bank_tells(world, "radar.early_fraud_warning.created", {**warning, "fraud_type": "made_with_stolen_card"})


async def bets(world: World, amount_minor: int) -> None:
    bet = Transfer(
        id=transfer_id("bet", uuid4()),
        kind=TransferKind.BET,
        debit=player_cash(world.casino, world.player, "EUR"),
        credit=house(world.casino, AccountType.GAME_HOUSE, "EUR"),
        amount_minor=amount_minor,
    )
    assert all(posting.posted for posting in await world.desk.ledger.post([bet]))


async def blocks(world: World, kind: str, value: str) -> None:
    body = {"list": "block", "kind": kind, "value": value, "until": None, "reason": "stolen"}
    answer = await world.post(f"/fraud/casinos/{world.casino}/entries", body, as_=world.staff())
    assert answer.status_code == 201, answer.text


async def test_what_a_bank_reports_as_fraud_holds_withdrawals_and_has_the_payer_prove_himself(world: World) -> None:
    await automatic(world)
    intent = await paid_in(world)
    await world.give(100_00)
    assert await world.people(10_00) == 0, "too little to be laundered"
    await warned(world, intent)
    assert await world.people(10_00) == 2
    assert "CB-WARNING" in (await last(world))["rules"]
    await asks(world)
    found = await last(world)
    assert (found["action"], found["rules"]) == ("challenge", ["CB-WARNING-DEPOSIT"])


async def test_two_reports_within_a_month_block_the_player_and_his_device(world: World) -> None:
    intents = [world.stripe.intent_of(await paid(world, 50_00, device_id=DEVICE)) for _ in range(2)]
    for intent in intents:
        await warned(world, intent)
    assert (await asks(world, device_id=DEVICE)).json()["code"] == "deposit_not_possible"
    found = await last(world)
    assert (found["action"], "CB-WARNING-BLOCK" in found["rules"]) == ("block", True)
    await another_player(world)
    assert (await asks(world, device_id=DEVICE)).status_code == 409, "the same device"
    world.clock.advance(timedelta(days=33))
    await world.beat()
    await asks(world, device_id=DEVICE)
    assert "CB-WARNING-BLOCK" not in (await last(world))["rules"]


async def test_a_report_speaks_against_those_who_share_a_device(world: World) -> None:
    intent = world.stripe.intent_of(await paid(world, 50_00, device_id=DEVICE))
    await warned(world, intent)
    await another_player(world)
    await world.give(100_00)
    await world.withdraw(10_00, device_id=DEVICE)
    found = await last(world)
    assert (found["features"]["cluster_warnings"], "CB-LINKED" in found["rules"]) == (1, True)


async def test_a_dispute_that_was_won_holds_nothing_any_more(world: World) -> None:
    intent = await paid_in(world)
    await charged_back(world, intent)
    await asks(world)
    assert (await last(world))["rules"] == ["CB-RISK-DEPOSIT"]
    await bank_tells(world, "funds_reinstated", dispute_of(world, intent, "won"))
    await asks(world)
    found = await last(world)
    assert (found["action"], found["rules"]) == ("allow", [])
    assert found["features"]["reinstatements:player:ever"] == 1


async def test_what_we_refund_ourselves_speaks_against_nobody(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent)
    await world.run_tasks()
    await asks(world)
    found = await last(world)
    assert (found["action"], found["features"].get("reversals:player:ever", 0)) == ("allow", 0)
    await told(world, at_stripe(world), "failed", "refund.failed")
    await world.withdraw(10_00)
    features = (await last(world))["features"]
    assert features.get("reinstatements:player:ever", 0) == 0
    assert features["deposited_since_empty_minor"] == 50_00, "it went back, and came again"


async def test_money_does_not_go_where_the_block_list_says_without_two_people(world: World) -> None:
    await automatic(world)
    await world.give(100_00)
    assert await world.people(10_00) == 0
    await blocks(world, "player", str(world.player))
    assert await world.people(10_00) == 2
    assert (await last(world))["rules"] == ["BLOCK-LIST-OUT"]


async def test_a_blocked_instrument_is_known_by_the_deposits_it_paid(world: World) -> None:
    await pay(world)
    (card,) = await world.instruments()
    await blocks(world, "instrument", card["instrument_id"])
    await asks(world)
    found = await last(world)
    assert (found["action"], found["features"]["blocked_instruments"]) == ("decline", 1)
    await world.give(100_00)
    await world.withdraw(10_00)
    assert "BLOCK-LIST-PAYOUT" in (await last(world))["rules"]


async def test_an_instrument_that_people_found_to_be_somebody_elses_holds_withdrawals(world: World) -> None:
    await automatic(world)
    await pay(world)
    await bets(world, 50_00)
    await world.give(100_00)
    assert await world.people(10_00) == 0
    await act(world, "ownership", {"ownership": "mismatch", "reason": "it is his wife's"})
    assert await world.people(10_00) == 2
    assert (await last(world))["rules"] == ["NAME-MISMATCH"]


@pytest.mark.parametrize(("country", "shadow"), [("MT", []), ("BR", ["COUNTRY-MISMATCH"])])
async def test_a_card_of_another_country_is_seen(world: World, country: str, shadow: list[str]) -> None:
    await pay(world, {"country": country})
    await world.withdraw(10_00)
    found = await last(world)
    assert found["features"]["country"] == "MT"
    assert [one for one in found["shadow_rules"] if one == "COUNTRY-MISMATCH"] == shadow


async def test_bonuses_of_players_who_share_a_device_are_looked_at(world: World) -> None:
    for _ in range(2):
        await another_player(world)
        await asks(world, device_id=DEVICE)
        await world.give(100_00)
        await world.approved(await propose_bonus(world))
    await world.withdraw(10_00, device_id=DEVICE)
    found = await last(world)
    assert (found["features"]["bonuses:player:30d"], found["features"]["cluster_bonuses"]) == (1, 1)
    assert (found["features"]["bonus_minor"], "BONUS-RING" in found["rules"]) == (25_00, True)


async def test_a_device_and_a_place_of_today_are_a_takeover_and_of_yesterday_are_not(world: World) -> None:
    await world.give(500_00)
    await world.withdraw(10_00, device_id=DEVICE)
    elsewhere: dict[str, Any] = {"destination": {"account_id": "777"}, "device_id": "device-of-a-thief"}
    await world.deposit(device_id=elsewhere["device_id"])
    world.clock.advance(timedelta(hours=3))
    await world.beat()
    for hours in (0, 3):
        world.clock.advance(timedelta(hours=hours))
        await world.withdraw(10_00, **elsewhere)
        found = await last(world)
        assert "ATO" in found["rules"], "the device was new this morning"
        assert (found["features"]["device_age_h"], found["features"]["payout_age_h"]) == (3 + hours, hours)
    world.clock.advance(timedelta(days=1))
    await world.withdraw(10_00, **elsewhere)
    assert "ATO" not in (await last(world))["rules"]


async def test_who_takes_over_an_account_gains_nothing_by_not_telling_his_device(world: World) -> None:
    await world.give(500_00)
    await world.withdraw(10_00, device_id=DEVICE)
    world.clock.advance(timedelta(days=2))
    await world.beat()
    await world.withdraw(10_00)
    assert "ATO" not in (await last(world))["rules"], "it goes where his money went before"
    await world.withdraw(10_00, destination={"account_id": "777"})
    assert "ATO" in (await last(world))["rules"]


async def test_many_devices_of_his_hide_nothing_else_of_him(world: World) -> None:
    await world.give(500_00)
    await world.withdraw(10_00, device_id=DEVICE)
    world.clock.advance(timedelta(days=2))
    await world.beat()
    async with world.service.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO fraud_link (casino_id, kind, key, other, other_key, first_seen, last_seen)
            SELECT $1, 'player', $2, 'device', md5(n::text), $3, $3 FROM generate_series(1, $4::int) AS n""",
            world.casino,
            str(world.player),
            world.clock.now(),
            MOST_LINKS,
        )
    await world.withdraw(10_00, device_id="device-of-a-thief", destination={"account_id": "777"})
    found = await last(world)
    assert (found["features"]["payouts:player:ever"], "ATO" in found["rules"]) == (2, True)


async def test_how_soon_a_deposit_is_played_with_is_known(world: World) -> None:
    await paid_in(world)
    await asks(world)
    assert "minutes_to_first_bet" not in (await last(world))["features"]
    world.clock.advance(timedelta(minutes=7))
    await bets(world, 10_00)
    world.clock.advance(timedelta(minutes=7))
    await bets(world, 10_00)
    await asks(world)
    assert (await last(world))["features"]["minutes_to_first_bet"] == 7
    await world.beat()
    await paid_in(world)
    await asks(world)
    assert "minutes_to_first_bet" not in (await last(world))["features"], "the new one was not played with"


async def test_hardly_played_takes_two_people_and_half_played_is_only_noted(world: World) -> None:
    await automatic(world)
    await paid_in(world, 150_00)
    await bets(world, 74_00)
    assert await world.people(10_00) == 2
    await bets(world, 1_00)
    assert await world.people(10_00) == 0
    found = await last(world)
    assert (found["rules"], found["shadow_rules"]) == ([], ["NO-PLAY-ONCE"])


async def migrated(world: World, before: str, *steps: str) -> None:
    """`before` is how the code before had left it; then these steps of the migration."""
    migration = runpy.run_path(str(MIGRATION))
    async with world.service.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(before)
        for step in steps:
            await raw.execute(migration[step])


async def test_what_was_on_hold_for_a_refund_is_summed_anew(world: World) -> None:
    await refund(world, await paid_in(world))
    await asks(world)
    assert await world.rows(HELD, world.player) == [{"held_minor": 30_00}]
    for _ in range(2):
        await migrated(world, "UPDATE fraud_play SET held_minor = 0", "HELD", "HELD")
        assert await world.rows(HELD, world.player) == [{"held_minor": 30_00}]
    await world.run_tasks()
    await asks(world)
    assert await world.rows(HELD, world.player) == [{"held_minor": 0}]


async def test_refunds_are_taken_off_what_was_counted_as_taken_back(world: World) -> None:
    intent = world.stripe.intent_of(await paid(world, 50_00, device_id=DEVICE))
    await refund(world, intent)
    await world.run_tasks()
    counted = "UPDATE fraud_counter SET reversals = 2, reversed_minor = 6000 WHERE kind IN ('player', 'device')"
    await migrated(world, counted, "REFUNDS")
    ever = await world.rows(
        "SELECT DISTINCT reversals, reversed_minor FROM fraud_counter "
        "WHERE grain = 0 AND kind IN ('player', 'device') AND casino_id = $1",
        world.casino,
    )
    assert ever == [{"reversals": 1, "reversed_minor": 30_00}]


async def in_and_out(world: World, amount_minor: int, destination: dict[str, str]) -> int:
    """He pays in and asks for all of it at once; how many people that takes."""
    await paid(world, amount_minor)
    return await world.people(amount_minor, destination=destination)


async def test_small_sums_that_pass_through_are_held_from_the_first_on(world: World) -> None:
    await automatic(world)
    for number in range(3):
        assert await in_and_out(world, 149_00, {"account_id": f"100{number}"}) == 2, "a new place each time"
    found = await last(world)
    assert found["rules"] == ["NO-PLAY", "PASS-THRU"], "the sum of them all is no small one"
    assert (found["features"]["credited_minor:player:24h"], found["features"]["staked_minor:player:24h"]) == (447_00, 0)


async def test_what_goes_back_to_where_it_came_from_passes_through_nothing(world: World) -> None:
    await automatic(world)
    deposit_id = UUID((await asks(world, 100_00)).json()["deposit_id"])
    account = Instrument(kind=Kind.BANK, fingerprint="trustly:1520389582", pays_to={})
    mark = fingerprint_of(world.desk, world.player, account)
    paid_with = Signals(instrument=mark, proved=frozenset({"instrument"}))
    fact = DepositFact(
        player_id=world.player, casino_id=world.casino, provider="stripe", amount_minor=100_00, currency="EUR"
    )
    ctx = world.desk.ours("test", world.casino)
    await world.desk.app.transact(lambda uow: look_again(world.desk.fraud, uow, deposit_id, fact, paid_with), ctx)
    await world.give(2_00)
    await world.people(1_00)
    assert (await last(world))["features"]["to_source"] is False, "asked for with it, and not paid"
    await world.webhook("payment_intent.succeeded", world.stripe.settle(str(deposit_id), 100_00))
    assert await world.people(100_00) == 0
    assert (await last(world))["features"]["to_source"] is True
    assert await world.people(1_00, destination={"account_id": "777"}) == 2


async def test_the_rounds_of_a_month_are_summed_though_each_empties_the_account(world: World) -> None:
    await automatic(world)
    await world.give(1_00)
    await world.people(1_00)  # His place is known from then on.
    people = []
    for _ in range(3):
        world.clock.advance(timedelta(days=8))
        await world.beat()
        people.append(await in_and_out(world, 74_00, {"account_id": "1520389582"}))
    assert people == [0, 0, 2]
    found = await last(world)
    assert (found["rules"], found["features"]["credited_minor:player:7d"]) == (["NO-PLAY"], 74_00)


async def test_what_was_played_within_the_window_counts_there(world: World) -> None:
    await automatic(world)
    await world.give(1_000_00)
    await paid_in(world, 150_00)
    await bets(world, 75_00)
    assert await world.people(100_00) == 0
    assert (await last(world))["features"]["staked_minor:player:30d"] == 75_00
    world.clock.advance(timedelta(days=2))
    await world.beat()
    await world.withdraw(10_00)
    features = (await last(world))["features"]
    assert [features[f"staked_minor:player:{one}"] for one in ("24h", "7d", "ever")] == [0, 75_00, 75_00]


async def test_of_players_from_before_windows_are_known_when_they_reach_back_no_further(world: World) -> None:
    await world.give(100_00)
    await world.withdraw(10_00)
    since = world.clock.now() - timedelta(hours=30)
    async with world.service.db.write() as connection:
        await (await driver(connection)).execute("UPDATE fraud_play SET stakes_since = $1", since)
    await world.withdraw(10_00)
    known = {name for name in (await last(world))["features"] if name.startswith("staked_minor")}
    assert known == {f"staked_minor:player:{window}" for window in ("1h", "24h", "ever")}

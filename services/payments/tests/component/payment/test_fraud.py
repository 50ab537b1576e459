"""Rules against fraud where payments are asked for: what is counted, what is done, and what the player is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from chassis.db.engine import driver
from payments.application.deposit_room import MOST_REFUSED, REFUSED_IN
from payments.domain.fraud.rules import Trigger, read
from payments.domain.fraud.verdict import judge
from payments.domain.withdrawal.policy import WithdrawalPolicy

from .test_deposits import limit
from .test_withdrawals import BANK
from .world import World

HOME = "81.2.69.142"
DEVICE = "device-of-ann-0001"


async def asks(world: World, amount_minor: int = 50_00, ip: str | None = HOME, **fields: Any) -> Any:
    """The player asks for a deposit from somewhere."""
    world.come_from(ip)
    return await world.deposit(amount_minor, **fields)


async def paid(world: World, amount_minor: int, **fields: Any) -> Any:
    """He asks for a deposit and pays it."""
    deposit_id = (await asks(world, amount_minor, **fields)).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id, amount_minor)
    await world.webhook("payment_intent.succeeded", intent, event_id=f"evt_{uuid4()}")
    return deposit_id


async def failed(world: World, **fields: Any) -> Any:
    """He asks for a deposit and his bank says no."""
    deposit_id = (await asks(world, **fields)).json()["deposit_id"]
    world.stripe.next_status = "requires_action"
    intent = world.stripe.intent_of(deposit_id) | {
        "status": "requires_payment_method",
        "last_payment_error": {"code": "card_declined", "decline_code": "do_not_honor", "type": "card_error"},
    }
    await world.webhook("payment_intent.payment_failed", intent, event_id=f"evt_{uuid4()}")
    return deposit_id


async def decisions(world: World) -> list[dict[str, Any]]:
    rows = await world.rows("SELECT * FROM fraud_decision WHERE casino_id = $1 ORDER BY decided_at, id", world.casino)
    return [{name: decoded(value) for name, value in row.items()} for row in rows]


def decoded(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


async def cases(world: World) -> list[dict[str, Any]]:
    return await world.rows("SELECT * FROM rm_fraud_case_list WHERE casino_id = $1 ORDER BY opened_at", world.casino)


async def automatic(world: World) -> None:
    """The casino's policy approves small withdrawals by itself."""
    policy = WithdrawalPolicy(second_person_above_minor=10_000_00, automatic_up_to_minor=1_000_00)
    async with world.service.db.write() as connection:
        await world.desk.policies.save(connection, world.casino, "EUR", policy, world.clock.now())


async def test_an_honest_deposit_is_recorded_and_opens_nothing(world: World) -> None:
    deposit_id = await paid(world, 50_00, device_id=DEVICE)
    (one,) = await decisions(world)
    assert (one["action"], one["payment_id"], one["rules"]) == ("allow", UUID(deposit_id), [])
    assert one["features"]["amount_minor"] == 50_00
    assert await cases(world) == []
    await asks(world, device_id=DEVICE)
    features = (await decisions(world))[1]["features"]
    for of in ("player", "device", "ip", "network"):
        assert (features[f"deposits:{of}:1h"], features[f"credited_minor:{of}:ever"]) == (1, 50_00)
    assert features["players:device:24h"] == 1


async def test_sums_that_are_full_stay_full_and_hold_up_no_payment(world: World) -> None:
    for _ in range(2):
        assert (await asks(world)).status_code == 201
        async with world.service.db.write() as connection:
            raw = await driver(connection)
            await raw.execute("UPDATE fraud_counter SET asked_minor = 9223372036854775800")
        assert (await asks(world)).status_code == 201
        assert (await decisions(world))[-1]["features"]["asked_minor:player:ever"] == 9_000_000_000_000_000_000
        world.clock.advance(timedelta(days=1))
        await world.beat()


async def test_nothing_of_a_device_or_an_address_is_kept_in_clear(world: World) -> None:
    await paid(world, 50_00, device_id=DEVICE)
    for table in ("fraud_decision", "fraud_counter", "fraud_link", "fraud_entry"):
        for row in await world.rows(f"SELECT t::text AS text FROM {table} AS t"):
            assert HOME not in row["text"], table
            assert DEVICE not in row["text"], table
    stored = await world.rows("SELECT data::text AS text FROM event UNION ALL SELECT response::text FROM idempotency")
    assert not [row for row in stored if DEVICE in (row["text"] or "")]


async def test_an_address_of_our_own_says_nothing_about_a_player(world: World) -> None:
    await asks(world, ip="10.0.0.7")
    (one,) = await decisions(world)
    assert set(one["keys"]) == {"player"}


async def test_six_failures_in_a_row_block_the_player_for_a_while_who_is_told_nothing(world: World) -> None:
    for _ in range(6):
        await failed(world)
    refused = await asks(world)
    assert (refused.status_code, refused.json()["code"]) == (409, "deposit_not_possible")
    assert "fraud" not in refused.text
    shown = (await world.get("/deposits")).json()[0]
    assert (shown["status"], shown["code"], shown.get("review")) == ("refused", "not_allowed", None)
    last = (await decisions(world))[-1]
    assert (last["action"], last["rules"]) == ("block", ["VEL-DEP-FAIL"])
    (case,) = await cases(world)
    assert (case["status"], case["id"]) == ("open", last["case_id"])
    assert (await asks(world)).status_code == 409
    assert (await decisions(world))[-1]["rules"] == ["BLOCK-LIST", "VEL-DEP-FAIL"]
    world.clock.advance(timedelta(hours=2))
    await world.beat()
    assert (await asks(world)).status_code == 201, "the block is over"


async def test_cards_tested_by_many_players_from_one_address_are_blocked_by_it(world: World) -> None:
    for _ in range(5):
        world.player = uuid4()
        await world.register()
        for _ in range(2):
            await failed(world)
    world.player = uuid4()
    await world.register()
    assert (await asks(world)).status_code == 409
    assert (await decisions(world))[-1]["rules"] == ["CARD-TEST-IP"]
    assert (await asks(world, ip="81.2.69.143")).status_code == 201, "his neighbour has done nothing"


async def test_deposits_just_below_what_is_reported_are_looked_at_and_go_on(world: World) -> None:
    for _ in range(2):
        await paid(world, 1_900_00)
    assert (await asks(world, 1_900_00)).status_code == 201
    last = (await decisions(world))[-1]
    assert (last["action"], last["rules"]) == ("review", ["STRUCT"])
    assert [one["status"] for one in await cases(world)] == ["open"]


async def test_what_was_refused_hides_none_of_what_was_paid(world: World) -> None:
    """Whoever asks for more than his limit fifty times."""
    await world.tell(limit(world, 8_000_00))
    for _ in range(2):
        await paid(world, 1_900_00)
    for _ in range(MOST_REFUSED):
        await asks(world, 7_000_00)
    world.clock.advance(REFUSED_IN + timedelta(seconds=1))
    await world.beat()
    for _ in range(50 - MOST_REFUSED):
        await asks(world, 7_000_00)
    assert (await asks(world, 1_900_00)).status_code == 201
    assert (await decisions(world))[-1]["rules"] == ["STRUCT"]


async def test_money_that_was_not_played_with_takes_two_people(world: World) -> None:
    await automatic(world)
    await paid(world, 200_00)
    assert await world.people(50_00) == 2
    last = (await decisions(world))[-1]
    assert (last["action"], "NO-PLAY" in last["rules"]) == ("hold", True)
    assert last["features"]["deposited_since_empty_minor"] == 200_00


async def test_a_withdrawal_nobody_knows_anything_about_is_approved_by_policy(world: World) -> None:
    await automatic(world)
    await world.give(100_00)
    assert await world.people(50_00) == 0
    assert (await decisions(world))[-1]["action"] == "allow"


async def test_two_players_whose_money_goes_to_one_place_are_held(world: World) -> None:
    await automatic(world)
    await world.give(100_00)
    assert await world.people(50_00) == 0
    world.player = uuid4()
    await world.register()
    await world.give(100_00)
    assert await world.people(50_00) == 2
    assert "MULE-PAYOUT" in (await decisions(world))[-1]["rules"]


LOCAL = {
    "clearing_house": "SWEDEN",
    "bank_number": "6112",
    "account_number": "69706212",
    "first_name": "Steve",
    "last_name": "Smith",
}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BANK, {**BANK, "first_name": "Eve", "last_name": "Mule"}),
        (BANK, {**BANK, "account_number": "es91 2100 0418 4502 0005 1332"}),
        (LOCAL, {**LOCAL, "account_number": "0069-706 212", "last_name": "Mule"}),
    ],
)
async def test_one_account_is_one_place_however_it_is_written_and_whoever_holds_it(
    world: World, first: dict[str, str], second: dict[str, str]
) -> None:
    await automatic(world)
    for destination in (first, second):
        await world.give(100_00)
        await world.withdraw(50_00, destination=destination)
        world.player = uuid4()
        await world.register()
    one, other = await decisions(world)
    assert one["keys"]["payout"] == other["keys"]["payout"]
    assert other["features"]["players:payout:ever"] == 2
    assert (other["features"]["cluster_players"], other["rules"]) == (2, ["MULE-PAYOUT"])
    (shared,) = await world.rows("SELECT stopped_by::text FROM rm_withdrawal_list WHERE id = $1", other["payment_id"])
    assert "shared_destination" in shared["stopped_by"]


async def test_a_repeat_is_not_judged_twice(world: World) -> None:
    deposit_id = str(uuid4())
    await asks(world, deposit_id=deposit_id)
    await asks(world, deposit_id=deposit_id)
    assert len(await decisions(world)) == 1
    await asks(world)
    assert (await decisions(world))[-1]["features"]["deposits:player:1h"] == 1


async def test_a_record_gives_the_same_verdict_again(world: World) -> None:
    await automatic(world)
    await paid(world, 1_900_00, device_id=DEVICE)
    for _ in range(3):
        await asks(world, 1_900_00, device_id=DEVICE)
    await world.withdraw(50_00, device_id="another-device-1")
    found = await decisions(world)
    assert {one["action"] for one in found} == {"allow", "review", "hold"}
    for one in found:
        (rules,) = await world.rows("SELECT content::text FROM fraud_rules WHERE sha256 = $1", one["rules_sha256"])
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in one["features"].items()}
        content = read(msgspec.json.decode(rules["content"]))
        verdict = judge(content, Trigger(one["trigger"]), values, frozenset(one["switched_off"]))
        assert (verdict.action, list(verdict.live), list(verdict.shadow)) == (
            one["action"],
            one["rules"],
            one["shadow_rules"],
        )
        assert (verdict.scores, verdict.shadow_action) == (one["scores"], one["shadow_action"])


@pytest.mark.parametrize("device_id", ["", "short", "with blank s", "x" * 201, 5, "ünïcödé-device"])
async def test_a_device_that_is_none_is_refused(world: World, device_id: Any) -> None:
    answer = await world.deposit(device_id=device_id)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "device_id")

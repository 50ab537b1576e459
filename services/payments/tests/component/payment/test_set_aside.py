"""What was set aside is opened, handled again, or closed by people; until then it is told how long it waits."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from chassis.store import Housekeeping
from chassis.telemetry.metrics import REGISTRY
from chassis.testing.tokens import bearer, make_token
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.overdue import OverdueWatch
from payments.read_models.watched import overdue, unknown

from .fake_adyen import ADYEN
from .world import EVERYTHING, World

LIST = "/provider-notifications"
WAITS = f"{LIST}?outcome=eq.set_aside&closed_at=is.null&order=received_at.asc"
WHY = {"reason": "the deposit was made by hand"}


@pytest.fixture
async def early(world: World) -> str:
    """The id of a deposit that Adyen told of before anybody asked for it."""
    await world.offer_cards()
    deposit_id = str(uuid4())
    await told(world, deposit_id)
    return deposit_id


async def told(world: World, deposit_id: str, casino: Any = None, **said: Any) -> None:
    raw = world.adyen.authorised(deposit_id, **said)
    answer = await world.client.post(world.calls_at("adyen", casino), content=raw)
    assert (answer.status_code, answer.content) == (200, b"[accepted]")


async def waiting(world: World) -> list[Any]:
    answer = await world.get(WAITS, as_=world.staff())
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def deal(world: World, id_: str, how: str, as_: dict[str, str] | None = None) -> tuple[int, Any]:
    answer = await world.post(f"{LIST}/{id_}/{how}", WHY, as_=as_ or world.staff())
    return answer.status_code, answer.json()


async def acts(world: World) -> list[Any]:
    rows = await world.rows("SELECT envelope FROM outbox ORDER BY id")
    told_of = [json.loads(row["envelope"]) for row in rows]
    return [one for one in told_of if one["type"] == "platform.access_recorded"]


async def test_replayed_it_is_applied_once_and_waits_no_longer(world: World, early: str) -> None:
    (aside,) = await waiting(world)
    assert aside["code"] == "unknown_reference"
    await world.deposit(provider="adyen", deposit_id=early)
    status, item = await deal(world, aside["id"], "replay")
    assert (status, item["outcome"], item["code"]) == (200, "applied", "unknown_reference")
    assert item["closed_at"] is not None
    assert await waiting(world) == []
    assert await world.balance() == (50_00, 0)
    status, problem = await deal(world, aside["id"], "replay")
    assert (status, problem["code"]) == (409, "notification_closed")
    await told(world, early)
    assert await world.balance() == (50_00, 0)
    done = (await acts(world))[-1]
    assert (done["data"]["action"], done["data"]["subject_id"]) == ("payments.notification.replay", aside["id"])
    assert done["data"]["details"] == {"provider": "adyen", "code": "unknown_reference", "outcome": "applied"}


async def test_what_cannot_be_applied_yet_waits_on_and_tells_nobody_again(world: World, early: str) -> None:
    assert early
    (aside,) = await waiting(world)
    status, item = await deal(world, aside["id"], "replay")
    assert (status, item["outcome"], item["closed_at"]) == (200, "set_aside", None)
    assert [one["id"] for one in await waiting(world)] == [aside["id"]]
    assert (await world.published()).count("notification_set_aside") == 1


async def test_a_signature_in_a_header_is_good_at_the_moment_it_came_long_after(world: World) -> None:
    intent = {"id": "pi_9", "amount": 100, "amount_received": 100, "currency": "eur", "metadata": {}}
    await world.webhook("payment_intent.succeeded", intent)
    (aside,) = await waiting(world)
    world.clock.advance(timedelta(days=2))
    status, item = await deal(world, aside["id"], "replay")
    assert (status, item["outcome"], item["code"]) == (200, "set_aside", "unknown_reference")
    async with world.service.db.write() as connection:
        await connection.exec_driver_sql("UPDATE provider_notification SET sealed_headers = NULL")
    status, problem = await deal(world, aside["id"], "replay")
    assert (status, problem["code"]) == (409, "notification_not_replayable")


async def test_a_deposit_of_another_casino_is_not_credited_whoever_replays(world: World) -> None:
    await world.offer_cards()
    other = uuid4()
    await world.open_casino(other)
    deposit_id = (await world.deposit(provider="adyen")).json()["deposit_id"]
    await world.settle("/providers/adyen", {"enabled": True, "currencies": ["EUR"], **ADYEN}, casino=other)
    await told(world, deposit_id, other)
    (row,) = await world.rows("SELECT id FROM provider_notification WHERE outcome = 'set_aside'")
    everywhere = bearer(make_token(permissions=EVERYTHING, casinos=[world.casino, other]))
    status, item = await deal(world, str(row["id"]), "replay", everywhere)
    assert (status, item["code"]) == (200, "unknown_reference")
    assert await world.balance() == (0, 0)
    assert (await deal(world, str(row["id"]), "replay"))[0] == 404


async def test_a_question_that_was_answered_is_not_asked_again(world: World) -> None:
    await world.notify("debit", uuid4())
    (aside,) = await waiting(world)
    assert aside["accepted"] is False
    status, problem = await deal(world, aside["id"], "replay")
    assert (status, problem["code"]) == (409, "notification_not_replayable")


async def test_closed_with_a_reason_it_has_no_effect_and_is_found_among_the_closed(world: World, early: str) -> None:
    (aside,) = await waiting(world)
    status, item = await deal(world, aside["id"], "resolve")
    assert (status, item["outcome"], item["id"]) == (200, "set_aside", aside["id"])
    assert (item["closed_at"] is not None, item["closed_by"] is not None) == (True, True)
    assert await waiting(world) == []
    closed = await world.get(f"{LIST}?outcome=eq.set_aside&closed_at=not.is.null", as_=world.staff())
    assert [one["id"] for one in closed.json()] == [aside["id"]]
    done = (await acts(world))[-1]
    assert (done["data"]["action"], done["reason"]) == ("payments.notification.resolve", WHY["reason"])
    await world.deposit(provider="adyen", deposit_id=early)
    for how in ("replay", "resolve"):
        assert (await deal(world, aside["id"], how))[1]["code"] == "notification_closed"
    assert await world.balance() == (0, 0)


async def test_it_is_opened_as_it_came_and_each_opening_is_recorded(world: World, early: str) -> None:
    (aside,) = await waiting(world)
    path = f"{LIST}/{aside['id']}"
    seen = await world.get(path, as_=world.staff())
    assert seen.json()["body"] == world.adyen.authorised(early).decode()
    assert {name: value for name, value in seen.json().items() if name != "body"} == aside
    assert (await acts(world))[-1]["data"]["action"] == "payments.notification.view"
    assert (await world.get(path, as_=world.staff(None, P.NOTIFICATION_LIST))).status_code == 403
    assert (await world.get(path, as_=world.staff(casino=uuid4()))).status_code == 404
    assert (await world.get(f"{LIST}/{uuid4()}", as_=world.staff())).status_code == 404


async def test_closed_long_ago_its_body_is_gone_and_it_is_known_again_all_the_same(world: World, early: str) -> None:
    for psp in ("PSP000000000000B", "PSP000000000000C"):
        await told(world, str(uuid4()), psp=psp)
    old, young, open_ = await waiting(world)
    for one, days in ((old, 541), (young, 539)):
        await deal(world, one["id"], "resolve")
        async with world.service.db.write() as connection:
            raw = await driver(connection)
            long_ago = "UPDATE provider_notification SET closed_at = now() - make_interval(days => $2) WHERE id = $1"
            await raw.execute(long_ago, UUID(one["id"]), days)
    for _ in range(2):
        await Housekeeping(world.service.db, world.service.kept, inbox=timedelta(days=30)).sweep()
    bodies = [(await world.get(f"{LIST}/{one['id']}", as_=world.staff())).json()["body"] for one in (old, young, open_)]
    assert [one is None for one in bodies] == [True, False, False]
    await world.deposit(provider="adyen", deposit_id=early)
    await told(world, early)
    assert await world.balance() == (0, 0)


async def test_how_long_the_oldest_waits_is_measured_until_it_is_closed(world: World, early: str) -> None:
    assert early
    watch, name = (
        OverdueWatch(world.service.db, world.clock, overdue, unknown),
        "provider_notifications_oldest_open_seconds",
    )
    (aside,) = await waiting(world)
    world.clock.advance(timedelta(minutes=61))
    await watch.look()
    assert REGISTRY.get_sample_value(name, {"provider": "adyen"}) == 3_660
    await deal(world, aside["id"], "resolve")
    await watch.look()
    assert REGISTRY.get_sample_value(name, {"provider": "adyen"}) is None

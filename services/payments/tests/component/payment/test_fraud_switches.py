"""Rules against fraud that one person stopped: nothing but a person, or their time, lets them go on."""

from asyncio import create_task
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from .test_fraud import asks, decisions
from .test_fraud_work import RULE, RULES, at, publish
from .test_second_person import WAITING
from .world import World


async def stop_rule(world: World, rule: str, until: str | None = None, *, off: bool = True) -> Any:
    body = {"off": off, "until": until, "reason": "it stops everybody"}
    answer = await world.post(at(world, f"/rules/{rule}/switch"), body, as_=world.staff())
    assert answer.status_code == 200, answer.text
    return (await world.rows("SELECT * FROM fraud_rule WHERE casino_id = $1 AND rule = $2", world.casino, rule))[0]


async def off(world: World) -> list[str]:
    rows = await world.rows("SELECT rule FROM fraud_rule WHERE casino_id = $1 AND switched_off", world.casino)
    return sorted(row["rule"] for row in rows)


async def test_what_was_stopped_in_an_emergency_stays_off_when_something_else_is_published(world: World) -> None:
    others = [{**RULE, "id": "GONE"}, {**RULE, "id": "SOON"}, {**RULE, "id": "SPENT"}]
    await world.approved(await publish(world, {**RULES, "rules": [RULE, *others]}))
    now = world.clock.now()
    soon, spent, day = ((now + timedelta(hours=hours)).isoformat() for hours in (2, 1, 24))
    stopped = await stop_rule(world, "LARGE")
    for rule, until in (("GONE", None), ("SOON", soon), ("SPENT", spent)):
        await stop_rule(world, rule, until)
    world.clock.advance(timedelta(minutes=90))
    await world.beat()
    proposed = await publish(world, {**RULES, "rules": [RULE, *others[1:], {**RULE, "id": "NEW", "mode": "shadow"}]})
    shown = (await world.client.get(proposed.json()["href"], headers=world.staff())).json()
    assert shown["before"]["switched_off"] == {"GONE": day, "LARGE": day, "SOON": soon, "SPENT": spent}
    assert shown["after"]["switched_off"] == {"LARGE": day, "SOON": soon}
    await world.approved(proposed)
    assert await off(world) == ["LARGE", "SOON"]
    kept = (await world.rows("SELECT * FROM fraud_rule WHERE casino_id = $1 AND rule = 'LARGE'", world.casino))[0]
    assert [kept[name] for name in ("switched_by", "switched_at")] == [
        stopped[name] for name in ("switched_by", "switched_at")
    ]
    await asks(world)
    assert (await decisions(world))[-1]["switched_off"] == ["LARGE", "SOON"]


async def test_a_rule_that_is_stopped_while_a_draft_waits_makes_the_proposal_worthless(world: World) -> None:
    await world.approved(await publish(world, RULES))
    changed = {**RULES, "rules": [RULE, {**RULE, "id": "NEW"}]}
    proposed = (await publish(world, changed)).json()
    await stop_rule(world, "LARGE")
    seen = {"payload_sha256": proposed["payload_sha256"]}
    refused = await world.client.post(f"{proposed['href']}/approve", json=seen, headers=world.staff())
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_subject_changed")
    await world.approved(await publish(world, changed))
    assert await off(world) == ["LARGE"]
    await stop_rule(world, "LARGE", off=False)
    assert await off(world) == []


async def test_one_person_stops_a_rule_for_a_day_and_no_longer(world: World) -> None:
    await world.approved(await publish(world, RULES))
    now, path = world.clock.now(), at(world, "/rules/LARGE/switch")
    longer = {"off": True, "until": (now + timedelta(days=1, seconds=1)).isoformat(), "reason": "it errs"}
    answer = await world.post(path, longer, as_=world.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "until")
    assert (await stop_rule(world, "LARGE"))["off_until"] == now + timedelta(days=1)
    world.clock.advance(timedelta(days=1, seconds=1))
    await world.beat()
    await asks(world)
    assert (await decisions(world))[-1]["action"] == "review", "it counts again by itself"


async def test_nobody_keeps_a_rule_stopped_alone(world: World) -> None:
    """Day after day, or by letting it go on for a moment."""
    await world.approved(await publish(world, RULES))
    ann, ben, path = uuid4(), uuid4(), at(world, "/rules/LARGE/switch")

    async def switch(who: UUID, *, off: bool) -> str:
        answer = await world.post(path, {"off": off, "reason": "it stops everybody"}, as_=world.staff(who))
        return str(answer.json().get("code", answer.status_code))

    assert await switch(ann, off=True) == "200"
    assert await switch(ann, off=True) == "fraud_rule_stopped_before"
    assert await switch(ann, off=False) == "200"
    assert await switch(ann, off=True) == "fraud_rule_stopped_before"
    assert await switch(ben, off=True) == "200"
    assert await switch(ben, off=True) == "fraud_rule_stopped_before"
    assert await switch(ann, off=True) == "200"
    world.clock.advance(timedelta(days=7))
    await world.beat()
    assert await switch(ann, off=True) == "200"


async def test_a_rule_that_is_stopped_in_the_moment_of_a_publication_is_off(world: World) -> None:
    """Publishing makes the rows anew: what is stopped meanwhile waits for the new ones."""
    await world.approved(await publish(world, RULES))
    rules, now = world.desk.fraud.rules, world.clock.now()
    async with world.service.db.write() as connection:
        await rules.publish(connection, world.casino, RULES, "ann", now)
        stopping = create_task(stop_rule(world, "LARGE"))
        while not await world.rows(WAITING):
            assert not stopping.done()
    await stopping
    assert await off(world) == ["LARGE"]

"""Rules against fraud that one person stopped: nothing but a person, or their time, lets them go on."""

from asyncio import create_task
from datetime import timedelta
from typing import Any

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
    soon, spent = (now + timedelta(hours=2)).isoformat(), (now + timedelta(hours=1)).isoformat()
    stopped = await stop_rule(world, "LARGE")
    for rule, until in (("GONE", None), ("SOON", soon), ("SPENT", spent)):
        await stop_rule(world, rule, until)
    world.clock.advance(timedelta(minutes=90))
    await world.beat()
    proposed = await publish(world, {**RULES, "rules": [RULE, *others[1:], {**RULE, "id": "NEW", "mode": "shadow"}]})
    shown = (await world.client.get(proposed.json()["href"], headers=world.staff())).json()
    assert shown["before"]["switched_off"] == {"GONE": None, "LARGE": None, "SOON": soon, "SPENT": spent}
    assert shown["after"]["switched_off"] == {"LARGE": None, "SOON": soon}
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

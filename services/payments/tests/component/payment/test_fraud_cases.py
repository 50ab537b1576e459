"""Whom a case of fraud is given to, and whom lists may name: people that payments knows."""

from uuid import uuid4

from contracts.payments.permissions import PaymentsPermission as P

from .test_fraud_work import ALLOWED, ENTRY, alarming, at
from .world import World


async def test_nobody_has_a_case_who_could_not_decide_it(world: World) -> None:
    path = f"/fraud/cases/{(await alarming(world))['case_id']}/assign"
    nobody, support, abroad = uuid4(), uuid4(), uuid4()
    world.staff(support, P.FRAUD_CASE_LIST)
    world.staff(abroad, casino=uuid4())
    for one in (nobody, support, abroad):
        answer = await world.post(path, {"assignee": str(one)}, as_=world.staff())
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "assignee"), answer.text
    colleague = uuid4()
    world.staff(colleague, P.FRAUD_CASE_DECIDE)
    taken = await world.post(path, {"assignee": str(colleague)}, as_=world.staff())
    assert (taken.status_code, taken.json()["assignee"]) == (200, str(colleague))
    left = await world.post(path, {"assignee": None}, as_=world.staff())
    assert (left.status_code, left.json()["assignee"]) == (200, None)


async def test_a_player_of_another_casino_stands_on_no_list(world: World) -> None:
    """Not on the one where one person puts him, nor on the one that takes two."""
    stranger, elsewhere = uuid4(), uuid4()
    await world.open_casino(elsewhere)
    await world.register(stranger, elsewhere)
    for path, body in (("/entries", ENTRY), ("/allowed", ALLOWED)):
        named = {**body, "kind": "player", "value": str(stranger)}
        answer = await world.post(at(world, path), named, as_=world.staff())
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "value"), answer.text

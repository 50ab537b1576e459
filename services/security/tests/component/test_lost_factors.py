"""Factors that are lost: who takes them away, and from whom."""

from uuid import uuid4

import httpx

from chassis.domain import FixedClock
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key
from .factors import Person

ADMIN = "admin@example.com"


async def test_a_colleague_takes_lost_factors_away_and_nobody_his_own(
    person: Person, client: httpx.AsyncClient, clock: FixedClock
) -> None:
    added = await add_colleague(client, person.token)
    bob = Person(client, clock, added["login"], PASSWORD)
    bob.token = (await enter(client, bob.login, added["one_time_password"]))["access_token"]
    await bob.adds_phone()
    path = f"/staff/{added['staff_id']}/factors/reset"
    problem(await bob.post(path, {"reason": "my phone"}), 403, "forbidden")
    problem(await person.post(f"/staff/{uuid4()}/factors/reset", {"reason": "a phone"}), 404, "not_found")
    done = await person.post(path, {"reason": "lost the phone"})
    assert (done.status_code, done.json()) == (200, {"factors": 1})
    await bob.comes_in()
    own = next(one["staff_id"] for one in (await person.get("/staff")).json() if one["login"] == ADMIN)
    problem(await person.post(f"/staff/{own}/factors/reset", {"reason": "my phone"}), 409, "own_access")


async def test_nobody_takes_away_factors_of_whoever_may_more(
    person: Person, client: httpx.AsyncClient, clock: FixedClock
) -> None:
    bob, carl = [await add_colleague(client, person.token, f"{name}@example.com") for name in ("bob", "carl")]
    helper = await define_role(client, person.token, "helper", ["security.staff.reset_factors"])
    more = await define_role(client, person.token, "more", ["security.staff.list"])
    for who, role in ((bob, helper), (carl, more)):
        assert (await assign(client, person.token, who["staff_id"], role, ["*"])).status_code == 201
    bobs = await enter(client, bob["login"], bob["one_time_password"])
    answer = await client.post(
        f"{V1}/staff/{carl['staff_id']}/factors/reset",
        json={"reason": "lost the phone"},
        headers={**bearer(bobs["access_token"]), **key()},
    )
    problem(answer, 403, "beyond_own_access")

"""Many sessions ended at once: those of the colleagues one manages."""

from uuid import uuid4

import httpx

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.tasks import TaskRunner

from .api import PASSWORD, add_colleague, assign, define_role
from .factors import Person
from .test_sessions import entered, refresh


async def test_a_manager_ends_the_sessions_of_a_filter_as_far_as_he_manages_their_owners(
    person: Person, client: httpx.AsyncClient, clock: FixedClock, service: Service
) -> None:
    here, there = str(uuid4()), str(uuid4())
    held = ["security.session.list", "security.session.end", "security.bulk.run"]
    manages = await define_role(client, person.token, "manager", held)
    works = await define_role(client, person.token, "worker", ["payments.deposit.list"])
    people: dict[str, Person] = {}
    for name, role, casinos in (("mia", manages, [here]), ("bob", works, [here]), ("dora", works, [here])):
        added = await add_colleague(client, person.token, f"{name}@example.com")
        assert (await assign(client, person.token, added["staff_id"], role, casinos)).status_code == 201
        people[name] = Person(client, clock, added["login"], PASSWORD)
        people[name].takes(await entered(client, added))
        if name == "dora":
            assert (await assign(client, person.token, added["staff_id"], works, [there])).status_code == 201
    mia = people["mia"]
    mine = (await mia.get("/own-sessions")).json()
    others = f"session_id=not.in.({','.join(one['session_id'] for one in mine)})"
    job = (await mia.post(f"/sessions/bulk-end?{others}", {})).json()
    started = await mia.post(f"/bulk-jobs/{job['id']}/run", {"reason": "the office was broken into"})
    assert started.status_code == 200, started.text
    await TaskRunner(service.db, service.tasks, clock=clock).run_due()
    rows = (await mia.get(f"/bulk-jobs/{job['id']}/rows")).json()
    assert {(one["result"], one["code"]) for one in rows} == {("done", None), ("refused", "beyond_own_access")}
    assert (await refresh(people["bob"])).json()["code"] == "session_over"
    for name in ("dora", "mia"):
        assert (await refresh(people[name])).status_code == 200

"""Many withdrawals at once: money moves, so a second person is asked for any of it."""

from typing import Any
from uuid import UUID, uuid4

from chassis.testing.tokens import bearer, make_token
from contracts.payments.permissions import PaymentsPermission as P

from .world import V1, World

EVER = "created_at=gte.2000-01-01"


async def proposed(world: World, action: str, ann: dict[str, str], query: str = "") -> Any:
    """A job about the withdrawals of a filter, and the answer to its start."""
    job = await world.post(f"/withdrawals/bulk-{action}?{EVER}&{query}", {}, as_=ann)
    assert job.status_code == 201, job.text
    started = await world.post(f"/bulk-jobs/{job.json()['id']}/run", {"reason": "the morning's run"}, as_=ann)
    return job.json(), started


async def results(world: World, job: Any, ann: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    rows = (await world.get(f"/bulk-jobs/{job['id']}/rows", as_=ann)).json()
    return {one["row_id"]: (one["result"], one["code"]) for one in rows}


async def test_two_people_let_withdrawals_out_but_not_those_that_each_take_two(world: World) -> None:
    await world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 100_00})
    await world.give(500_00)
    small, large = [(await world.withdraw(amount)).json()["withdrawal_id"] for amount in (50_00, 200_00)]
    ann = world.staff(uuid4())
    job, started = await proposed(world, "approve", ann)
    assert (job["rows"], job["totals"], job["second_person"]) == (2, {"EUR": 250_00}, True)
    assert job["not_allowed"] == 1
    assert started.status_code == 202
    await world.run_tasks()
    assert {one[0] for one in (await results(world, job, ann)).values()} == {"waiting"}
    await world.approved(started)
    await world.run_tasks()
    found = await results(world, job, ann)
    assert (found[small], found[large]) == (("done", None), ("refused", "looked_at_by_itself"))
    now = {one["withdrawal_id"]: one for one in (await world.get(f"/withdrawals?{EVER}", as_=ann)).json()}
    assert (now[large]["status"], now[large]["approved_by"]) == ("awaiting_approval", [])
    assert now[small]["status"] != "awaiting_approval"


async def test_rejected_money_goes_back_and_what_is_decided_already_is_left_alone(world: World) -> None:
    await world.give(500_00)
    first, second = [(await world.withdraw(amount)).json()["withdrawal_id"] for amount in (60_00, 70_00)]
    ann = world.staff(uuid4())
    job, started = await proposed(world, "reject", ann)
    single = await world.post(f"/withdrawals/{second}/reject", {"reason": "name differs"}, as_=world.staff())
    assert single.status_code == 200, single.text
    await world.approved(started)
    await world.run_tasks()
    found = await results(world, job, ann)
    assert found[first] == ("done", None)
    assert found[second][0] == "skipped"
    assert await world.balance() == (500_00, 0)
    assert await world.ledger_sum() == 0


async def test_more_than_a_role_lets_out_is_refused_row_by_row(world: World) -> None:
    await world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 450_00})
    await world.give(500_00)
    small, large = [(await world.withdraw(amount)).json()["withdrawal_id"] for amount in (50_00, 200_00)]
    ann = limited(world, uuid4())
    job, started = await proposed(world, "approve", ann)
    assert (job["rows"], job["not_allowed"]) == (2, 1)
    await world.approved(started)
    await world.run_tasks()
    found = await results(world, job, ann)
    assert (found[small], found[large]) == (("done", None), ("refused", "over_ceiling"))


async def test_nobody_freezes_money_with_half_of_what_it_takes(world: World) -> None:
    for held in ([P.WITHDRAWAL_LIST, P.WITHDRAWAL_APPROVE], [P.WITHDRAWAL_LIST, P.BULK_RUN]):
        answer = await world.post(f"/withdrawals/bulk-approve?{EVER}", {}, as_=world.staff(uuid4(), *held))
        assert answer.status_code == 403, answer.text
    answer = await world.post("/withdrawals/bulk-approve", {}, as_=world.staff())
    assert (answer.status_code, answer.json()["code"]) == (400, "LST116")


def limited(world: World, subject: UUID) -> dict[str, str]:
    """Somebody whose roles let out a hundred euros."""
    return bearer(make_token(subject=subject, permissions=list(P), casinos=[world.casino], ceilings={"EUR": 100_00}))


def test_the_addresses_are_beneath_the_list(world: World) -> None:
    assert {one.href for one in world.service.bulk} == {
        f"{V1}/withdrawals/bulk-{one}" for one in ("approve", "reject", "release")
    }


async def test_where_the_casino_pays_in_batches_two_people_release_what_was_approved(world: World) -> None:
    await world.settle(
        "/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 200_00, "in_batches": True}
    )
    await world.give(500_00)
    first, second = [str((await world.withdraw(amount)).json()["withdrawal_id"]) for amount in (50_00, 60_00)]
    for one in (first, second):
        assert (await world.approve(one)).json()["status"] == "approved"
    await world.run_tasks()
    assert world.trustly.orders == {}
    ann = world.staff(uuid4())
    job, started = await proposed(world, "release", ann, "status=eq.approved")
    assert (job["rows"], job["totals"], job["second_person"]) == (2, {"EUR": 110_00}, True)
    rejected = await world.post(f"/withdrawals/{second}/reject", {"reason": "name differs"}, as_=world.staff())
    assert rejected.status_code == 200, rejected.text
    await world.approved(started)
    await world.run_tasks()
    await world.run_tasks()
    found = await results(world, job, ann)
    assert (found[first], found[second][0]) == (("done", None), "skipped")
    assert list(world.trustly.orders) == [first]
    listed = (await world.get(f"/withdrawals?{EVER}&batch_id=eq.{job['id']}", as_=ann)).json()
    assert [(one["withdrawal_id"], one["status"]) for one in listed] == [(first, "sent")]
    batches = "/bulk-jobs?action=eq.withdrawals.release&state=eq.finished&order=requested_at.desc"
    shown = (await world.get(batches, as_=ann)).json()
    told = ("id", "rows", "done", "skipped", "totals")
    assert [tuple(one[name] for name in told) for one in shown] == [(job["id"], 2, 1, 1, {"EUR": 110_00})]
    of_casino = (await world.get(f"{batches}&casinos=cs.{{{world.casino}}}", as_=ann)).json()
    assert [one["id"] for one in of_casino] == [job["id"]]
    assert (await world.get(f"{batches}&casinos=cs.{{{uuid4()}}}", as_=ann)).json() == []
    stranger = world.staff(uuid4(), casino=uuid4())
    assert (await world.get(batches, as_=stranger)).json() == []
    again, started_again = await proposed(world, "release", ann, f"withdrawal_id=eq.{first}")
    await world.approved(started_again)
    await world.run_tasks()
    assert (await results(world, again, ann))[first][0] == "skipped"
    assert len(world.trustly.orders) == 1

"""Above its size a job takes a second person, however it is cut into pieces."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from chassis.bulk.jobs import WINDOW
from chassis.db.tables import bulk_row

from .conftest import Shop
from .example import ALONE, APPROVALS, APPROVE, HUGE_MINOR, JOBS, LIST, PATH, A, B, rows


def some(number: int, first: int = 0) -> str:
    """A filter for so many bets."""
    return f"id=in.({','.join(str(one['id']) for one in rows(number, first=first))})"


async def test_a_size_one_person_does_alone_needs_nobody_else(shop: Shop) -> None:
    await shop.bets(*rows(ALONE))
    assert (await shop.done())["done"] == ALONE


async def test_one_more_waits_for_a_second_person_and_is_then_done(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    job = await shop.frozen()
    assert job["second_person"] is True
    answer = await shop.run(job)
    assert (answer.status_code, answer.headers["location"]) == (202, answer.json()["href"])
    await shop.work()
    assert (await shop.show(job))["state"] == "proposed"
    assert await shop.effects() == []
    waiting = await shop.client.get("/api/example/v1/approvals", headers=shop.as_(shop.bob, APPROVALS))
    (proposal,) = waiting.json()
    assert (proposal["command"], proposal["subject_id"]) == ("example.bulk_void_bets", job["id"])
    shown = await shop.client.get(answer.json()["href"], headers=shop.as_(shop.bob, APPROVE, APPROVALS))
    assert (shown.json()["after"]["rows"], shown.json()["after"]["action"]) == (ALONE + 1, "Void bets")
    assert (await shop.approve(answer.json())).json()["state"] == "executed"
    await shop.work()
    done = await shop.show(job)
    assert (done["state"], done["done"], done["authorised_by"]) == ("finished", ALONE + 1, str(shop.bob))
    assert {(one.by, one.authorised_by) for one in await shop.effects()} == {(str(shop.ann), str(shop.bob))}


async def test_nobody_is_their_own_second(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    proposal = (await shop.run(await shop.frozen())).json()
    assert (await shop.approve(proposal, shop.ann)).json()["code"] == "another_person_needed"
    assert (await shop.approve(proposal, casinos=(B,))).status_code == 404
    await shop.work()
    assert await shop.effects() == []


async def test_small_jobs_within_an_hour_count_together(shop: Shop) -> None:
    await shop.bets(*rows(2 * ALONE))
    await shop.done(some(3))
    second = await shop.frozen(some(3, first=3))
    assert second["second_person"] is True
    assert (await shop.run(second)).status_code == 202
    assert (await shop.run(await shop.frozen(some(2, first=3)))).status_code == 200
    shop.clock.advance(WINDOW)
    assert (await shop.run(await shop.frozen(some(ALONE, first=5)))).status_code == 200


async def test_small_jobs_frozen_before_and_started_at_once_count_together(shop: Shop) -> None:
    await shop.bets(*rows(12))
    jobs = [await shop.frozen(some(3, first=3 * at)) for at in range(4)]
    answers = await asyncio.gather(*(shop.run(one) for one in jobs))
    assert sorted(one.status_code for one in answers) == [200, 202, 202, 202]
    await shop.work()
    assert len(await shop.effects()) == 3


async def test_what_another_approved_does_not_count_against_one(shop: Shop) -> None:
    await shop.bets(*rows(3 * ALONE))
    await shop.approve((await shop.run(await shop.frozen(some(2 * ALONE)))).json())
    assert (await shop.run(await shop.frozen(some(ALONE, first=2 * ALONE)))).status_code == 200


async def test_money_takes_two_from_the_first_row(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen(action="pay", parameters={"rule": 7})
    assert (job["second_person"], job["totals"]) == (True, {"EUR": 201})
    proposal = (await shop.run(job)).json()
    shown = await shop.client.get(proposal["href"], headers=shop.as_(shop.bob, APPROVE, APPROVALS))
    assert ("totals" in shown.json()["after"], shown.json()["after"]["parameters"]) == (False, {"rule": 7})
    assert (await shop.show(job, shop.as_(shop.bob)))["totals"] == {"EUR": 201}
    await shop.approve(proposal)
    await shop.work()
    assert [one.what for one in await shop.effects()] == ["paid", "paid"]


async def test_the_sum_is_told_to_whoever_sees_the_money_of_the_list_alone(shop: Shop) -> None:
    await shop.bets(*rows(2))
    masked = shop.as_(modes={"financial": "mask"})
    unseen = await shop.frozen(headers=masked, action="pay", parameters={"rule": 7})
    assert unseen["totals"] is None

    async def told(headers: dict[str, str]) -> list[Any]:
        [listed] = (await shop.client.get(f"{JOBS}?select=totals", headers=headers)).json()
        return [listed, (await shop.show(unseen, headers))["totals"]]

    assert await told(masked) == [{"totals": None}, None]
    assert await told(shop.as_()) == [{"totals": {"EUR": 201}}, {"EUR": 201}]
    assert (await shop.cancel(unseen, masked)).json()["totals"] is None


async def test_a_second_person_sees_what_they_approve_without_the_permission_of_a_row(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen(action="pay", parameters={"rule": 7})
    second = shop.as_(shop.bob, APPROVE)
    assert (await shop.client.get(f"{JOBS}/{job['id']}", headers=second)).status_code == 404
    proposal = (await shop.run(job)).json()
    after = (await shop.client.get(proposal["href"], headers=second)).json()["after"]
    assert (after["rows"], "filter" in after) == (2, True)
    shown = (await shop.client.get(after["job_href"], headers=second)).json()
    assert (shown["rows"], shown["totals"], len(shown["sample"])) == (2, {"EUR": 201}, 2)
    listed = (await shop.client.get(after["rows_href"], headers=second)).json()
    assert [one["row_id"] for one in listed] == [str(one["id"]) for one in rows(2)]
    [known] = (await shop.client.get(JOBS, headers=second)).json()
    assert (known["id"], known["totals"]) == (job["id"], {"EUR": 201})


async def test_a_second_person_is_told_the_sum_as_far_as_they_see_money(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen(action="pay", parameters={"rule": 7})
    await shop.run(job)
    assert (await shop.show(job, shop.as_(shop.bob, APPROVE, modes={"financial": "mask"})))["totals"] is None


async def test_a_second_person_of_another_casino_sees_nothing_of_it(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen(action="pay", parameters={"rule": 7})
    await shop.run(job)
    for headers in (shop.as_(shop.bob, APPROVE, casinos=(B,)), shop.as_(shop.bob, LIST, APPROVALS)):
        for path in (f"{JOBS}/{job['id']}", f"{JOBS}/{job['id']}/rows"):
            assert (await shop.client.get(path, headers=headers)).status_code == 404
        assert (await shop.client.get(JOBS, headers=headers)).json() == []


async def test_the_largest_amount_of_a_role_holds_for_each_row(shop: Shop) -> None:
    await shop.bets(*rows(3))
    me = shop.as_(ceilings={"EUR": 101})
    job = await shop.frozen("", me, action="pay", parameters={"rule": 7})
    assert (job["rows"], job["not_allowed"]) == (3, 1)
    await shop.approve((await shop.run(job, me)).json())
    await shop.work()
    assert [one.bet_id for one in await shop.effects()] == [one["id"] for one in rows(2)]
    assert (await shop.results(job))[rows(3)[2]["id"]] == ("refused", "over_ceiling")


async def test_what_somebody_has_to_look_at_by_itself_is_told_when_it_is_frozen(shop: Shop) -> None:
    first, *others = rows(3)
    await shop.bets(first, *({**one, "amount_minor": HUGE_MINOR} for one in others))
    pay, void = await shop.frozen(action="pay", parameters={"rule": 7}), await shop.frozen()
    assert [(job["rows"], job["not_allowed"]) for job in (pay, void)] == [(3, 2), (3, 0)]


async def test_several_casinos_take_people_of_the_whole_operator(shop: Shop) -> None:
    await shop.bets(*rows(ALONE), *rows(1, B))
    both = shop.as_(casinos=(A, B))
    answer = await shop.run(await shop.frozen("", both), both)
    assert (answer.status_code, answer.json()["code"]) == (409, "bulk_several_casinos")
    everywhere = shop.as_(casinos=("*",))
    proposal = (await shop.run(await shop.frozen("", everywhere), everywhere)).json()
    assert (await shop.approve(proposal, casinos=(A, B))).status_code == 404
    assert (await shop.approve(proposal, casinos=("*",))).json()["state"] == "executed"


async def test_rows_that_were_changed_in_the_table_are_not_done(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 2))
    job = await shop.frozen(some(ALONE + 1))
    proposal = (await shop.run(job)).json()
    async with shop.service.db.write() as connection:
        last = rows(1, first=ALONE + 1)[0]["id"]
        mine = (bulk_row.c.job_id == UUID(job["id"])) & (bulk_row.c.position == 1)
        await connection.execute(update(bulk_row).where(mine).values(row_id=last))
    assert (await shop.approve(proposal)).json()["code"] == "bulk_job_differs"
    assert (await shop.run(job)).json()["code"] == "bulk_job_differs"
    async with shop.service.db.write() as connection:
        await connection.execute(delete(bulk_row).where(mine))
    assert (await shop.run(job)).json()["code"] == "bulk_job_differs"
    await shop.work()
    assert await shop.effects() == []


async def test_a_cancelled_job_is_not_approved(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    job = await shop.frozen()
    proposal = (await shop.run(job)).json()
    await shop.cancel(job)
    assert (await shop.approve(proposal)).json()["code"] == "bulk_job_ended"
    await shop.work()
    assert await shop.effects() == []


async def test_a_proposal_cannot_be_edited_into_another_job(shop: Shop) -> None:
    await shop.bets(*rows(2 * ALONE + 2))
    one, other = await shop.frozen(some(ALONE + 1)), await shop.frozen(some(ALONE + 1, first=ALONE + 1))
    proposal = (await shop.run(one)).json()

    async def edit(payload: dict[str, Any]) -> int:
        answer = await shop.client.put(f"{proposal['href']}/payload", json={"payload": payload}, headers=shop.as_())
        return answer.status_code

    assert await edit({"job_id": other["id"], "sha256": other["sha256"], "rows": other["rows"]}) == 404
    assert await edit({"job_id": one["id"], "sha256": other["sha256"], "rows": one["rows"]}) == 409
    assert await edit({"job_id": one["id"], "sha256": one["sha256"], "rows": 1}) == 409


async def test_a_proposal_nobody_decides_ends_with_its_job(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    job = await shop.frozen()
    await shop.run(job)
    shop.clock.advance(timedelta(hours=2))
    await shop.work()
    assert (await shop.show(job))["state"] == "proposed"
    shop.clock.advance(timedelta(hours=22))
    await shop.work()
    assert (await shop.show(job))["state"] == "expired"


async def test_a_requester_who_was_disabled_meanwhile_has_nothing_done(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    job = await shop.frozen()
    proposal = (await shop.run(job)).json()
    shop.loses(shop.ann)
    await shop.approve(proposal)
    await shop.work()
    assert await shop.effects() == []
    assert set(await shop.results(job)) == {one["id"] for one in rows(ALONE + 1)}


def test_the_address_of_an_action_is_beneath_its_list(shop: Shop) -> None:
    (void, pay) = shop.service.bulk
    assert (void.href, pay.key) == (f"{PATH}/bulk-void", "bets.pay")

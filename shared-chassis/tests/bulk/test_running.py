"""A started job does exactly its rows, each once, as far as its requester may at that moment."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chassis.bulk import Turn
from chassis.bulk.desk import LIFETIME
from chassis.bulk.running import TRIES
from chassis.db import Database
from chassis.store import UnitOfWork

from .conftest import Shop, opening
from .example import APPROVE, JOBS, LIST, RUN, VOID, A, B, rows

BETS = rows(5)
IDS = [one["id"] for one in BETS]


async def test_each_row_is_done_once_in_the_requesters_name(shop: Shop) -> None:
    await shop.bets(*BETS)
    job = await shop.done()
    assert (job["state"], job["done"], job["refused"], job["skipped"]) == ("finished", 5, 0, 0)
    effects = await shop.effects()
    assert [one.bet_id for one in effects] == IDS
    assert {(one.by, one.authorised_by, one.reason) for one in effects} == {
        (str(shop.ann), None, "the match was fixed")
    }
    assert set((await shop.results(job)).values()) == {("done", None)}


async def test_every_row_that_fails_is_told_with_its_reason(shop: Shop) -> None:
    await shop.bets(*BETS)
    job = await shop.frozen()
    await shop.turned("paid", IDS[0])
    await shop.turned("lost", IDS[1])
    await shop.turned("void", IDS[2])
    await shop.run(job)
    await shop.work()
    results = await shop.results(job)
    assert [results[one] for one in IDS] == [
        ("refused", "bet_paid"),
        ("skipped", "bet_lost"),
        ("skipped", "nothing_to_do"),
        ("done", None),
        ("done", None),
    ]
    shown = await shop.show(job)
    assert (shown["done"], shown["refused"], shown["skipped"]) == (2, 1, 2)
    report = await shop.client.get(f"{JOBS}/{job['id']}/rows?result=eq.refused", headers=shop.as_())
    assert [(UUID(one["row_id"]), one["code"]) for one in report.json()] == [(IDS[0], "bet_paid")]


async def test_a_disabled_requester_has_the_rest_refused(db: Database) -> None:
    async def at_the_third(_uow: UnitOfWork, turn: Turn) -> None:
        if turn.row_id == IDS[2]:
            shop.loses(shop.ann)

    async with opening(db, at_the_third) as shop:
        await shop.bets(*BETS)
        job = await shop.frozen()
        await shop.run(job)
        await shop.work()
        results = await shop.results(job)
    assert [results[one] for one in IDS] == [("done", None)] * 3 + [("refused", "revoked")] * 2


async def test_a_permission_taken_away_for_one_casino_counts_at_the_row(shop: Shop) -> None:
    await shop.bets(*rows(2), *rows(2, B))
    job = await shop.frozen("", shop.as_(casinos=(A, B)))
    await shop.run(job, shop.as_(casinos=(A, B)))
    shop.as_(grants=[{"casinos": [A, B], "permissions": [LIST, RUN]}, {"casinos": [B], "permissions": [VOID]}])
    await shop.work()
    results = await shop.results(job)
    assert [results[one["id"]] for one in rows(2)] == [("refused", "out_of_scope")] * 2
    assert [results[one["id"]] for one in rows(2, B)] == [("done", None)] * 2


async def test_a_cancelled_job_leaves_the_rest_alone(db: Database) -> None:
    async def cancelled_by(uow: UnitOfWork, turn: Turn) -> None:
        if turn.row_id == IDS[1]:
            uow.after_commit(stop)

    async def stop() -> None:
        assert (await shop.cancel(job)).status_code == 200

    async with opening(db, cancelled_by) as shop:
        await shop.bets(*BETS)
        job = await shop.frozen()
        await shop.run(job)
        await shop.work()
        shown, results = await shop.show(job), await shop.results(job)
        assert (await shop.cancel(job)).json()["state"] == "cancelled"
    assert (shown["state"], shown["done"], shown["skipped"]) == ("cancelled", 2, 3)
    assert [results[one] for one in IDS] == [("done", None)] * 2 + [("skipped", "cancelled")] * 3


async def test_a_fault_of_ours_is_tried_again_and_then_told(db: Database) -> None:
    faults: list[UUID] = []

    async def faulty(_uow: UnitOfWork, turn: Turn) -> None:
        if turn.row_id == IDS[1] or (turn.row_id == IDS[3] and IDS[3] not in faults):
            faults.append(turn.row_id)
            raise RuntimeError("a fault")

    async with opening(db, faulty) as shop:
        await shop.bets(*BETS)
        job = await shop.frozen()
        await shop.run(job)
        for _ in range(TRIES + 1):
            await shop.work()
            shop.clock.advance(timedelta(minutes=1))
        results = await shop.results(job)
        effects = [one.bet_id for one in await shop.effects()]
    assert results[IDS[1]] == ("refused", "bulk_row_failed")
    assert [results[one] for one in IDS if one != IDS[1]] == [("done", None)] * 4
    assert (faults.count(IDS[1]), effects) == (TRIES, [one for one in IDS if one != IDS[1]])


async def test_what_nobody_starts_in_time_is_over(shop: Shop) -> None:
    await shop.bets(*BETS)
    job = await shop.frozen()
    shop.clock.advance(LIFETIME)
    assert (await shop.run(job)).json()["code"] == "bulk_job_ended"
    await shop.work()
    assert (await shop.show(job))["state"] == "expired"
    assert set((await shop.results(job)).values()) == {("skipped", "expired")}
    assert (await shop.run(job)).json()["code"] == "bulk_job_ended"
    assert (await shop.cancel(job)).json()["code"] == "bulk_job_ended"
    assert await shop.effects() == []


async def test_a_job_is_started_once(shop: Shop) -> None:
    await shop.bets(*BETS)
    job = await shop.frozen()
    keyed = {**shop.as_(), "Idempotency-Key": uuid4().hex}
    first, again = await shop.run(job, keyed), await shop.run(job, keyed)
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert (await shop.run(job)).json()["code"] == "bulk_job_started"
    await shop.work()
    assert (await shop.run(job, keyed)).json() == first.json()
    assert (await shop.run(job)).json()["code"] == "bulk_job_ended"
    assert len(await shop.effects()) == 5


async def test_only_the_one_who_froze_the_rows_starts_them(shop: Shop) -> None:
    await shop.bets(*BETS)
    job = await shop.frozen()
    assert (await shop.run(job, shop.as_(shop.bob))).json()["code"] == "bulk_job_of_another"
    assert (await shop.run(job, shop.as_(shop.bob, casinos=(B,)))).status_code == 404
    assert (await shop.run(job, shop.as_(None, LIST, VOID))).status_code == 403
    assert (await shop.run(job, shop.as_(None, LIST, RUN))).status_code == 403


async def test_jobs_are_shown_to_their_requester_and_to_those_who_start_them_there(shop: Shop) -> None:
    await shop.bets(*BETS, *rows(1, B))
    job = await shop.frozen()
    both = await shop.frozen("", shop.as_(casinos=(A, B)))

    async def seen(headers: dict[str, str]) -> list[str]:
        listed = [one["id"] for one in (await shop.client.get(JOBS, headers=headers)).json()]
        for one in (job, both):
            status = 200 if one["id"] in listed else 404
            for path in ("", "/rows", "/rows/meta"):
                answer = await shop.client.get(f"{JOBS}/{one['id']}{path}", headers=headers)
                assert answer.status_code == status, answer.text
            if status == 404:
                assert (await shop.cancel(one, headers)).status_code == 404
        return sorted(listed)

    everything = sorted([job["id"], both["id"]])
    assert await seen(shop.as_(None, LIST)) == everything
    assert await seen(shop.as_(shop.bob, RUN, VOID)) == [job["id"]]
    assert await seen(shop.as_(shop.bob, APPROVE, VOID, casinos=(A, B))) == everything
    assert await seen(shop.as_(shop.bob, RUN, VOID, casinos=("*",))) == everything
    assert await seen(shop.as_(shop.bob, RUN, VOID, casinos=(B,))) == []
    assert await seen(shop.as_(shop.bob, LIST, VOID)) == []
    assert await seen(shop.as_(shop.bob, RUN, APPROVE, casinos=("*",))) == [], (
        "it may be about more than he may know of"
    )


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": 1}, {"reason": "because", "more": 1}, [], None])
async def test_a_start_says_why_and_nothing_else(shop: Shop, body: object) -> None:
    await shop.bets(*BETS)
    job = await shop.frozen()
    assert (await shop.post(f"{JOBS}/{job['id']}/run", body)).status_code == 422
    assert (await shop.show(job))["state"] == "frozen"


@pytest.mark.parametrize("job_id", ["nothing", str(UUID(int=9)), "0" * 400])
async def test_an_unknown_job_is_not_found(shop: Shop, job_id: str) -> None:
    answers = [
        await shop.run({"id": job_id}),
        await shop.cancel({"id": job_id}),
        await shop.client.get(f"{JOBS}/{job_id}/rows", headers=shop.as_()),
    ]
    assert {one.status_code for one in answers} <= {404, 422}


async def test_a_job_without_rows_ends_at_once(shop: Shop) -> None:
    job = await shop.done()
    assert (job["state"], job["rows"]) == ("finished", 0)

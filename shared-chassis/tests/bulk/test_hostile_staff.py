"""What a colleague tries who means no good."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.bulk.desk import MOST_JOBS
from chassis.testing.bulk import frozen_job
from chassis.testing.problems import problem

from .conftest import Shop
from .example import APPROVALS, APPROVE, EVERYTHING, JOBS, PATH, RUN, VOID, A, B, rows

NO_AMOUNTS: dict[str, Any] = {"modes": {"pii_basic": "clear"}}
NO_NAMES: dict[str, Any] = {"modes": {"financial": "clear"}}


async def test_the_sum_of_one_row_does_not_tell_an_amount_that_is_hidden(shop: Shop) -> None:
    await shop.bets(*rows(2))
    blind = shop.as_(**NO_AMOUNTS)
    one = rows(1)[0]["id"]
    job = await shop.frozen(f"id=eq.{one}", blind, action="pay", parameters={"rule": 7})
    shown = [job, await shop.show(job, blind), *(await shop.client.get(JOBS, headers=blind)).json()]
    shown.append((await shop.cancel(job, blind)).json())
    assert [(told["rows"], told["totals"]) for told in shown] == [(1, None)] * 4
    sees = (await shop.client.get(JOBS, headers=shop.as_())).json()
    assert [told["totals"] for told in sees] == [{"EUR": 100}]


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("player_email=eq.ann@example.com", None),
        ("player_email=like.ann*", None),
        ("", {"f": "player_email", "op": "eq", "v": "ann@example.com"}),
        ("", {"not": {"f": "player_email", "op": "eq", "v": "bob@example.com"}}),
        ("or=(state.eq.lost,player_email.eq.ann@example.com)", None),
        ("order=player_email", None),
    ],
)
async def test_a_field_that_is_hidden_counts_no_rows(shop: Shop, query: str, tree: Any) -> None:
    await shop.bets(*rows(2))
    answer = await shop.freeze(query, shop.as_(**NO_NAMES), **({} if tree is None else {"filter": tree}))
    assert answer.status_code in (400, 403), answer.text
    assert (await shop.client.get(JOBS, headers=shop.as_())).json() == []


@pytest.mark.parametrize("field", ["totals", "parameters", "asked", "amr", "reason"])
async def test_jobs_are_not_found_by_what_is_not_shown_of_them(shop: Shop, field: str) -> None:
    answer = await shop.client.get(f"{JOBS}?{field}=eq.1", headers=shop.as_())
    assert answer.status_code == 400


async def test_naming_rows_of_another_casino_freezes_none(shop: Shop) -> None:
    await shop.bets(*rows(1), *rows(3, B))
    ids = ",".join(str(one["id"]) for one in [*rows(1), *rows(3, B)])
    for query in (f"id=in.({ids})", f"casino_id=in.({A},{B})", f"or=(casino_id.eq.{B},state.eq.open)"):
        job = await shop.frozen(query)
        assert (job["rows"], job["casinos"]) == (1, [str(A)])


async def test_a_job_of_others_is_neither_seen_nor_ended_nor_started_by_its_id(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen()
    elsewhere = shop.as_(shop.bob, casinos=(B,))
    answers = [
        await shop.client.get(f"{JOBS}/{job['id']}", headers=elsewhere),
        await shop.client.get(f"{JOBS}/{job['id']}/rows", headers=elsewhere),
        await shop.cancel(job, elsewhere),
        await shop.run(job, elsewhere),
    ]
    assert [one.status_code for one in answers] == [404] * 4
    assert (await shop.client.get(f"{JOBS}?id=eq.{job['id']}", headers=elsewhere)).json() == []
    assert (await shop.run(job, shop.as_(shop.bob))).json()["code"] == "bulk_job_of_another"
    assert (await shop.show(job))["state"] == "frozen"


async def test_many_starts_at_once_are_one(shop: Shop) -> None:
    await shop.bets(*rows(3))
    job = await shop.frozen()
    answers = await asyncio.gather(*(shop.run(job) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 5
    await shop.work()
    assert [one.bet_id for one in await shop.effects()] == [one["id"] for one in rows(3)]


async def test_starting_and_ending_at_once_leaves_one_of_both(shop: Shop) -> None:
    await shop.bets(*rows(3))
    job = await shop.frozen()
    await asyncio.gather(shop.run(job), shop.cancel(job))
    await shop.work()
    shown, effects = await shop.show(job), await shop.effects()
    assert (shown["state"], shown["done"], shown["skipped"]) in (("cancelled", 0, 3), ("finished", 3, 0))
    assert len(effects) == shown["done"]


async def test_a_report_is_not_given_as_csv(shop: Shop) -> None:
    await shop.bets(*rows(1))
    job = await shop.frozen()
    formula = '=HYPERLINK("http://evil.example")'
    await shop.post(f"{JOBS}/{job['id']}/run", {"reason": formula})
    await shop.work()
    for path in (JOBS, f"{JOBS}/{job['id']}/rows"):
        answer = await shop.client.get(path, headers={**shop.as_(), "Accept": "text/csv"})
        problem(answer, 406, "LST_NO_SUCH_FORM")


async def test_whoever_lost_his_casino_sees_his_old_job_without_its_sums(shop: Shop) -> None:
    await shop.bets(*rows(2))
    job = await shop.frozen(action="pay", parameters={"rule": 7})
    assert (await shop.show(job))["totals"] == {"EUR": 201}
    assert (await shop.show(job, shop.as_(casinos=(B,))))["totals"] is None


async def test_what_one_freezes_another_cannot_have_approved_as_his(shop: Shop) -> None:
    await shop.bets(*rows(10))
    job = await shop.frozen()
    proposal = (await shop.run(job)).json()
    alone = await shop.approve(proposal, shop.ann)
    assert alone.json()["code"] == "another_person_needed"
    stolen = {"payload": {"job_id": job["id"], "sha256": job["sha256"], "rows": job["rows"]}}
    path = f"{proposal['href']}/payload"
    edited = await shop.client.put(path, json=stolen, headers=shop.as_(shop.bob, *EVERYTHING, APPROVE, APPROVALS))
    assert edited.json()["code"] == "approval_of_another"
    await shop.work()
    assert await shop.effects() == []


async def test_a_second_person_tied_to_the_first_starts_nothing(shop: Shop) -> None:
    await shop.bets(*rows(10))
    proposal = (await shop.run(await shop.frozen())).json()
    refused = await shop.approve(proposal, shop.bob, tied_to=[shop.ann])
    assert refused.json()["code"] == "another_person_needed"
    assert await shop.effects() == []


async def test_nobody_fills_the_table_with_jobs(shop: Shop) -> None:
    for _ in range(MOST_JOBS):
        await frozen_job(shop.service, "bets.void", A, by=shop.ann)
    answer = await shop.freeze()
    assert (answer.status_code, answer.json()["code"]) == (429, "bulk_too_many_jobs")
    assert (await shop.freeze(headers=shop.as_(shop.bob))).status_code == 201
    shop.clock.advance(timedelta(hours=1))
    assert (await shop.freeze()).status_code == 201


@pytest.mark.parametrize("held", [(RUN,), (VOID,), (RUN, APPROVE), ()])
async def test_nothing_of_the_list_is_counted_for_whoever_may_not_see_it(shop: Shop, held: tuple[str, ...]) -> None:
    await shop.bets(*rows(2))
    answer = await shop.freeze(headers=shop.as_(UUID(int=99), *held, "example.nothing"))
    assert answer.status_code == 403
    assert PATH.rpartition("/")[2] not in answer.text

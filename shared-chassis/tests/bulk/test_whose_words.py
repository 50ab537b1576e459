"""Why a job was started is for whoever may read such words, for whoever wrote it, and for its second person."""

from typing import Any

import pytest

from .conftest import Shop
from .example import ALONE, APPROVE, EVERYTHING, JOBS, READ, A, B, rows

WHY = "the match was fixed"


async def reads(shop: Shop, job: Any, headers: dict[str, str]) -> str | None:
    """The reason as the list and the page of the job tell it, which is the same."""
    [listed] = (await shop.client.get(f"{JOBS}?id=eq.{job['id']}&select=reason", headers=headers)).json()
    told: str | None = (await shop.show(job, headers))["reason"]
    assert listed == {"reason": told}
    return told


@pytest.mark.parametrize(
    ("of", "held", "told"),
    [((A,), (), None), ((A,), (A,), WHY), ((A,), (B,), None), ((A, B), (A,), None), ((A, B), (A, B), WHY)],
    ids=["nowhere", "there", "elsewhere", "in one of its casinos", "in both of them"],
)
async def test_a_colleague_reads_it_who_may(shop: Shop, of: Any, held: Any, told: str | None) -> None:
    await shop.bets(*(one for casino in of for one in rows(1, casino)))
    requester = shop.as_(casinos=(A, B))
    job = await shop.done(headers=requester)
    grants = [{"casinos": [str(A), str(B)], "permissions": [*EVERYTHING]}]
    reading = [{"casinos": [str(one) for one in held], "permissions": [READ]}] if held else []
    assert await reads(shop, job, shop.as_(shop.bob, grants=[*grants, *reading])) == told
    assert await reads(shop, job, requester) == WHY


@pytest.mark.parametrize(("held", "told"), [([str(A)], None), (["*"], WHY)], ids=["for one casino", "for all"])
async def test_words_about_no_casino_are_for_the_whole_operator(shop: Shop, held: list[str], told: str | None) -> None:
    requester = shop.as_(casinos=("*",))
    job = await shop.done(headers=requester)
    grants = [{"casinos": ["*"], "permissions": [*EVERYTHING]}, {"casinos": held, "permissions": [READ]}]
    assert await reads(shop, job, shop.as_(shop.bob, grants=grants)) == told


async def test_who_cancels_it_reads_no_more_than_before(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    job = await shop.frozen()
    await shop.run(job)
    assert (await shop.cancel(job, shop.as_(shop.bob))).json()["reason"] is None
    assert (await shop.cancel(job, shop.as_(shop.bob, *EVERYTHING, READ))).json()["reason"] == WHY


async def test_a_second_person_reads_why_before_they_approve(shop: Shop) -> None:
    await shop.bets(*rows(ALONE + 1))
    job = await shop.frozen()
    proposal = (await shop.run(job)).json()
    second = shop.as_(shop.bob, APPROVE)
    assert (await shop.client.get(proposal["href"], headers=second)).json()["reason"] == WHY
    assert await reads(shop, job, second) == WHY
    elsewhere = shop.as_(shop.bob, *EVERYTHING, APPROVE, casinos=(B,))
    assert (await shop.client.get(f"{JOBS}/{job['id']}", headers=elsewhere)).status_code == 404


async def test_the_trace_says_who_reads_why(shop: Shop) -> None:
    await shop.bets(*rows(2))
    await shop.done()
    told = await shop.recorded()
    assert [one.get("reason") for one in told] == [None, WHY, None]
    assert {one["data"]["reason_permission"] for one in told} == {READ}

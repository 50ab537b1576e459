"""Roles may set how much somebody proposes or approves: it is looked at when they do, and again when it is done."""

from typing import Any

import httpx

from chassis.testing.problems import problem

from .conftest import Headers, Mast


def up_to(mast: Mast, cents: int, who: Any) -> Headers:
    return mast.as_(who, ceilings={"EUR": cents})


async def put(mast: Mast, cents: int, headers: Headers) -> httpx.Response:
    return await mast.client.put(mast.flag, json={"colour": "blue", "cents": cents}, headers=headers)


async def test_nobody_proposes_more_than_his_role_lets_him(mast: Mast) -> None:
    problem(await put(mast, 51, up_to(mast, 50, mast.ann)), 403, "forbidden")
    assert (await put(mast, 50, up_to(mast, 50, mast.ann))).status_code == 202


async def test_nobody_does_more_by_himself_than_his_role_lets_him(mast: Mast) -> None:
    problem(await put(mast, 2, up_to(mast, 1, mast.ann)), 403, "forbidden")
    assert await mast.raised() == []


async def test_nobody_approves_more_than_his_role_lets_him(mast: Mast) -> None:
    proposal = await mast.propose(cents=100)
    seen = {"payload_sha256": proposal["payload_sha256"]}
    refused = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=up_to(mast, 99, mast.bob))
    problem(refused, 403, "forbidden")
    assert (await mast.show(proposal))["approved_by"] == []
    done = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=up_to(mast, 100, mast.bob))
    assert done.json()["state"] == "executed"


async def test_an_edit_does_not_get_over_it(mast: Mast) -> None:
    proposal = (await put(mast, 50, up_to(mast, 50, mast.ann))).json()
    more = {"payload": {"casino_id": str(mast.casino), "colour": "blue", "cents": 51}}
    refused = await mast.client.put(f"{proposal['href']}/payload", json=more, headers=up_to(mast, 50, mast.ann))
    problem(refused, 403, "forbidden")
    assert (await mast.show(proposal))["payload_sha256"] == proposal["payload_sha256"]


async def test_whoever_may_not_as_much_any_more_when_it_is_done_has_not_proposed_it(mast: Mast) -> None:
    proposal = await mast.propose(cents=100)
    mast.people.most = {mast.ann: 99}
    assert (await mast.approve(proposal)).json()["state"] == "voided"
    assert await mast.raised() == []


async def test_an_approval_of_whoever_may_not_as_much_any_more_does_not_count(mast: Mast) -> None:
    proposal = await mast.propose(cents=100)
    mast.people.most = {mast.bob: 99}
    assert (await mast.approve(proposal)).json()["state"] == "waiting"
    assert await mast.raised() == []
    assert (await mast.approve(proposal, mast.eve)).json()["state"] == "executed"

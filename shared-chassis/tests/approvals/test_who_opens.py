"""Who opens a proposal."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from chassis.approvals.http import holds
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token
from chassis.testing.tokens import test_verifier as verifier

from .conftest import Mast
from .example import APPROVE, LIST, RAISE, READ


async def test_whoever_may_approve_opens_it_and_approves_without_the_list(mast: Mast) -> None:
    proposal, approver = await mast.propose(), mast.as_(mast.bob, APPROVE)
    assert (await mast.client.get("/api/mast/v1/approvals", headers=approver)).status_code == 403
    seen = {"payload_sha256": (await mast.show(proposal, approver))["payload_sha256"]}
    answer = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=approver)
    assert (answer.status_code, answer.json()["state"]) == (200, "executed")


async def test_whoever_proposed_it_opens_it_without_the_list(mast: Mast) -> None:
    proposal = await mast.propose()
    assert (await mast.show(proposal, mast.as_(mast.ann, RAISE)))["requester_id"] == str(mast.ann)


async def test_whoever_has_the_list_opens_it(mast: Mast) -> None:
    proposal = await mast.propose()
    assert (await mast.show(proposal, mast.as_(mast.eve, LIST)))["summary"] == "A blue flag"


@pytest.mark.parametrize("held", [RAISE, "mast.something.else"])
async def test_nobody_else_knows_of_it(mast: Mast, held: str) -> None:
    proposal = await mast.propose()
    problem(await mast.client.get(proposal["href"], headers=mast.as_(mast.eve, held)), 404, "not_found")


async def test_an_old_proof_of_who_it_is_hides_nothing_and_approves_nothing(mast: Mast) -> None:
    proposal = await mast.propose()
    token = make_token(subject=mast.bob, permissions=[APPROVE], casinos=[mast.casino], auth_time=1, step_up_s=300)
    shown = await mast.client.get(proposal["href"], headers=bearer(token))
    assert (shown.status_code, shown.json()["state"]) == (200, "waiting")
    seen = {"payload_sha256": shown.json()["payload_sha256"]}
    answer = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=bearer(token))
    problem(answer, 401, "insufficient_user_authentication")
    answer = await mast.client.post(
        f"{proposal['href']}/reject", json={"reason": "wrong colour"}, headers=bearer(token)
    )
    problem(answer, 401, "insufficient_user_authentication")
    assert await mast.raised() == []


async def test_looking_at_it_is_no_use_of_the_permission_to_approve(mast: Mast) -> None:
    counted: list[str] = []
    caller = (await verifier().verify(make_token(permissions=[APPROVE], casinos=[mast.casino]))).by(None)
    caller = replace(caller, counter=lambda permission, _casino: counted.append(permission))
    assert (holds(caller, APPROVE, mast.casino), holds(caller, APPROVE, None)) == (True, False)
    assert counted == []


async def test_why_it_was_proposed_is_for_its_two_people_and_whoever_may_read_it(mast: Mast) -> None:
    proposal = await mast.propose()
    for headers, why in (
        (mast.as_(mast.ann, RAISE), "a feast"),
        (mast.as_(mast.bob, APPROVE), "a feast"),
        (mast.as_(mast.eve, LIST), None),
        (mast.as_(mast.eve, LIST, READ), "a feast"),
    ):
        assert (await mast.show(proposal, headers))["reason"] == why


async def test_what_is_told_of_it_says_who_reads_why(mast: Mast) -> None:
    await mast.approve(await mast.propose())
    other, why = await mast.propose(colour="red"), {"reason": "wrong colour"}
    await mast.client.post(f"{other['href']}/reject", json=why, headers=mast.as_(mast.bob))
    statement = text("SELECT envelope FROM outbox WHERE topic = 'platform.approval.events' ORDER BY id")
    async with mast.service.db.read() as connection:
        told = [json.loads(one) for one in (await connection.execute(statement)).scalars()]
    ends = ["approval_proposed", "approval_given", "approval_executed", "approval_proposed", "approval_closed"]
    assert [one["type"].removeprefix("platform.") for one in told] == ends
    assert {one["data"]["reason_permission"] for one in told} == {READ}

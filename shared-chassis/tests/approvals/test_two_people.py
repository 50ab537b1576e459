"""A command that takes two people, from the outside."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from chassis.approvals.http import require
from chassis.approvals.proposing import UnguardedRoute
from chassis.auth import Caller, Forbidden, Requires
from chassis.db import Database
from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.settings import ServiceSettings
from chassis.testing.client import client as talking
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token
from chassis.testing.tokens import test_verifier as verifier

from . import example
from .conftest import Mast, started
from .example import APPROVE, LIST, NOW, RAISE, Accident, People, accidentally


async def test_it_is_proposed_and_not_done(mast: Mast) -> None:
    answer = await mast.client.put(mast.flag, json={"colour": "blue"}, headers=mast.as_(mast.ann))
    proposal = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, proposal["href"])
    assert await mast.raised() == []
    shown = await mast.show(proposal)
    assert (shown["state"], shown["before"], shown["after"]) == ("waiting", None, {"colour": "blue"})


async def test_the_second_person_has_it_done_in_the_name_of_the_first(mast: Mast) -> None:
    proposal = await mast.propose()
    answer = await mast.approve(proposal)
    assert (answer.status_code, answer.json()["state"]) == (200, "executed")
    assert await mast.raised() == [("blue", str(mast.ann), str(mast.bob))]


async def test_whoever_may_be_the_same_human_is_no_second_person(mast: Mast) -> None:
    proposal = await mast.propose()
    mast.people.tied = {frozenset({mast.ann, mast.bob})}
    problem(await mast.approve(proposal), 409, "another_person_needed")
    assert await mast.raised() == []
    mast.people.tied = set()
    assert (await mast.approve(proposal)).json()["state"] == "executed"


async def test_a_second_session_is_no_second_person(mast: Mast) -> None:
    proposal = await mast.propose()
    answer = await mast.approve(proposal, mast.ann)
    assert (answer.status_code, answer.json()["code"]) == (409, "another_person_needed")
    assert await mast.raised() == []


@pytest.mark.parametrize("role", ["beneficiary", "last_editor"])
async def test_whoever_is_concerned_is_no_second_person(mast: Mast, role: str) -> None:
    concerned: dict[str, Any] = {role: str(mast.bob)}
    proposal = await mast.propose(**concerned)
    assert (await mast.approve(proposal)).json()["code"] == "another_person_needed"
    assert (await mast.approve(proposal, mast.eve)).json()["state"] == "executed"


async def test_beneath_the_threshold_one_person_does_it(mast: Mast) -> None:
    answer = await mast.client.put(mast.flag, json={"colour": "red", "cents": 2}, headers=mast.as_(mast.ann))
    assert (answer.status_code, answer.json()) == (200, {"colour": "red"})
    assert await mast.raised() == [("red", str(mast.ann), None)]


async def test_the_same_twice_is_one_proposal(mast: Mast) -> None:
    assert await mast.propose() == await mast.propose()
    assert (await mast.propose(colour="red"))["approval_id"] != (await mast.propose())["approval_id"]


async def test_a_repeated_post_has_the_same_answer(mast: Mast) -> None:
    path, headers = f"/api/mast/v1/casinos/{mast.casino}/flags", mast.as_(mast.ann)
    headers["Idempotency-Key"] = str(uuid4())
    first = await mast.client.post(path, json={"colour": "blue"}, headers=headers)
    again = await mast.client.post(path, json={"colour": "blue"}, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (202, 202, first.json())
    assert again.headers["location"] == first.json()["href"]


async def test_what_was_not_seen_is_not_approved(mast: Mast) -> None:
    proposal = await mast.propose()
    answer = await mast.approve(proposal, payload_sha256="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (409, "approval_payload_differs")


@pytest.mark.parametrize("sha256", ["", "x" * 64, "A" * 64, None, 7, "0" * 65])
async def test_what_is_no_hash_is_refused(mast: Mast, sha256: Any) -> None:
    proposal = await mast.propose()
    answer = await mast.approve(proposal, payload_sha256=sha256)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "payload_sha256")


async def test_an_approver_proves_again_who_they_are(mast: Mast) -> None:
    proposal, long_ago = await mast.propose(), int(NOW.timestamp()) - 301
    token = make_token(subject=mast.bob, permissions=[APPROVE], casinos=[mast.casino], auth_time=long_ago)
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answer = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "insufficient_user_authentication")
    assert 'max_age="300"' in answer.headers["www-authenticate"]
    assert await mast.raised() == []


async def test_who_never_said_when_they_proved_it_has_not_proved_it(mast: Mast) -> None:
    proposal = await mast.propose()
    token = make_token(subject=mast.bob, permissions=[APPROVE], casinos=[mast.casino], auth_time=None)
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answer = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "insufficient_user_authentication")
    assert await mast.raised() == []


async def test_an_edit_voids_what_was_approved(mast: Mast, db: Database, settings: ServiceSettings) -> None:
    proposal = await mast.propose()
    body = {"payload": {"casino_id": str(mast.casino), "colour": "green"}}
    edited = await mast.client.put(f"{proposal['href']}/payload", json=body, headers=mast.as_(mast.ann))
    assert edited.json()["after"] == {"colour": "green"}
    assert (await mast.approve(proposal)).json()["code"] == "approval_payload_differs"
    assert (await mast.approve({**proposal, **edited.json()})).json()["state"] == "executed"
    assert [colour for colour, _, _ in await mast.raised()] == ["green"]


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"colour": 7}, 422),
        ({}, 422),
        ({"colour": "x", "casino_id": "nowhere"}, 422),
        ({"colour": "x", "more": 1}, 422),
    ],
)
async def test_an_edit_that_is_no_payload_is_refused(mast: Mast, payload: Any, status: int) -> None:
    proposal = await mast.propose()
    body = {"payload": {"casino_id": str(mast.casino), **payload}}
    answer = await mast.client.put(f"{proposal['href']}/payload", json=body, headers=mast.as_(mast.ann))
    assert (answer.status_code, answer.json()["code"]) == (status, "invalid_request"), answer.text


async def test_an_edit_reaches_no_other_thing(mast: Mast) -> None:
    proposal, elsewhere = await mast.propose(), str(uuid4())
    body = {"payload": {"casino_id": elsewhere, "colour": "green"}}
    answer = await mast.client.put(f"{proposal['href']}/payload", json=body, headers=mast.as_(mast.ann))
    assert answer.status_code == 404, answer.text


async def test_what_changed_meanwhile_is_looked_at_again(mast: Mast) -> None:
    blue, red = await mast.propose(), await mast.propose(mast.eve, "red")
    await mast.approve(blue)
    answer = await mast.approve(red)
    assert (answer.status_code, answer.json()["code"]) == (409, "approval_subject_changed")
    assert [colour for colour, _, _ in await mast.raised()] == ["blue"]


async def test_it_waits_for_a_day_and_no_longer(mast: Mast) -> None:
    proposal = await mast.propose()
    mast.clock.advance(timedelta(hours=24))
    assert (await mast.approve(proposal)).json()["code"] == "approval_expired"
    await mast.run_tasks()
    assert (await mast.show(proposal))["state"] == "expired"
    assert (await mast.approve(proposal)).json()["code"] == "approval_ended"


async def test_it_is_rejected_with_a_reason(mast: Mast) -> None:
    proposal = await mast.propose()
    path = f"{proposal['href']}/reject"
    assert (await mast.client.post(path, json={}, headers=mast.as_(mast.bob))).status_code == 422
    answer = await mast.client.post(path, json={"reason": "wrong colour"}, headers=mast.as_(mast.bob))
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    assert (await mast.approve(proposal)).json()["code"] == "approval_ended"


async def test_only_the_requester_withdraws(mast: Mast) -> None:
    proposal = await mast.propose()
    path = f"{proposal['href']}/withdraw"
    assert (await mast.client.post(path, headers=mast.as_(mast.bob))).json()["code"] == "approval_of_another"
    assert (await mast.client.post(path, headers=mast.as_(mast.ann))).json()["state"] == "withdrawn"


async def test_another_casinos_people_do_not_know_of_it(mast: Mast) -> None:
    proposal, stranger = await mast.propose(), mast.as_(mast.eve, casino=uuid4())
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answers = [
        await mast.client.get(proposal["href"], headers=stranger),
        await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=stranger),
        await mast.client.post(f"{proposal['href']}/reject", json={"reason": "because"}, headers=stranger),
        await mast.client.post(f"{proposal['href']}/withdraw", headers=stranger),
        await mast.client.put(f"{proposal['href']}/payload", json={"payload": {}}, headers=stranger),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    listed = await mast.client.get("/api/mast/v1/approvals", headers=stranger)
    assert listed.json() == []


async def test_seeing_it_is_not_approving_it(mast: Mast) -> None:
    proposal = await mast.propose()
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answer = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=mast.as_(mast.eve, LIST))
    assert answer.status_code == 403
    answer = await mast.client.post(f"{proposal['href']}/approve", json=seen, headers=mast.as_(mast.eve, RAISE))
    assert answer.status_code == 404


@pytest.mark.parametrize("everywhere", [False, True])
async def test_who_may_not_approve_is_refused_and_the_trail_is_told(everywhere: bool) -> None:
    told: list[tuple[str, str]] = []
    casino = uuid4()
    made = make_token(permissions=[RAISE] if not everywhere else [APPROVE], casinos=[casino])
    caller = (await verifier().verify(made)).by(None)
    caller = replace(caller, witness=lambda decision, wish: told.append((decision.outcome, wish.permission)))
    row = {"approve_permission": APPROVE, "casino_id": None if everywhere else casino}
    with pytest.raises(Forbidden):
        require(caller, row, "approve_permission")
    assert told == [("deny", APPROVE)]


@pytest.mark.parametrize("everywhere", [False, True])
async def test_who_approves_uses_the_permission_to(everywhere: bool) -> None:
    told: list[tuple[str, str, tuple[str, ...], int]] = []
    casino = uuid4()
    caller = (await verifier().verify(make_token(permissions=[APPROVE], casinos=["*"]))).by(None)
    caller = replace(
        caller, witness=lambda said, wish: told.append((said.outcome, wish.permission, said.rules, said.version))
    )
    require(caller, {"approve_permission": APPROVE, "casino_id": None if everywhere else casino}, "approve_permission")
    assert told == [("allow", APPROVE, ("test0@1#1",), 1)]


async def test_proposals_are_listed(mast: Mast) -> None:
    first, second = await mast.propose(), await mast.propose(colour="red")
    await mast.approve(first)
    path = "/api/mast/v1/approvals"
    listed = (await mast.client.get(path, headers=mast.as_(mast.eve, LIST))).json()
    assert {one["id"]: one["state"] for one in listed} == {
        first["approval_id"]: "executed",
        second["approval_id"]: "waiting",
    }
    waiting = (await mast.client.get(f"{path}?state=eq.waiting", headers=mast.as_(mast.eve, LIST))).json()
    assert [one["summary"] for one in waiting] == ["A red flag"]


async def test_a_requester_who_was_disabled_in_between_gets_nothing_done(mast: Mast) -> None:
    proposal = await mast.propose()
    mast.people.disabled.add(mast.ann)
    answer = await mast.approve(proposal)
    assert (answer.json()["state"], answer.json()["code"]) == ("voided", "requester_may_not")
    assert await mast.raised() == []


async def test_proposals_of_the_disabled_are_voided_without_being_asked(mast: Mast) -> None:
    proposal, other = await mast.propose(), await mast.propose(mast.eve, "red")
    mast.people.disabled.add(mast.ann)
    assert mast.service.approvals is not None
    assert await mast.service.approvals.sweep() == 1
    assert [(await mast.show(one))["state"] for one in (proposal, other)] == ["voided", "waiting"]


async def test_what_is_about_something_that_changed_meanwhile_waits_for_nobody(mast: Mast) -> None:
    first, second = await mast.propose(), await mast.propose(mast.eve, "red")
    await mast.approve(first)
    assert mast.service.approvals is not None
    assert await mast.service.approvals.sweep() == 1
    shown = await mast.show(second)
    assert (shown["state"], shown["code"]) == ("voided", "approval_subject_changed")


async def test_while_nobody_can_tell_who_may_nothing_is_done_and_nothing_voided(mast: Mast) -> None:
    proposal, other = await mast.propose(), await mast.propose(mast.eve, "red")
    mast.people.unknown = True
    mast.people.disabled.add(mast.eve)
    assert (await mast.approve(proposal)).json()["state"] == "approved"
    await mast.run_tasks()
    assert mast.service.approvals is not None
    assert await mast.service.approvals.sweep() == 0
    assert [(await mast.show(one))["state"] for one in (proposal, other)] == ["approved", "waiting"]
    assert await mast.raised() == []
    mast.people.unknown = False
    mast.clock.advance(timedelta(seconds=3))
    await mast.run_tasks()
    assert await mast.raised() == [("blue", str(mast.ann), str(mast.bob))]


async def test_in_a_service_without_a_policy_nobody_is_a_second_person(db: Database, settings: ServiceSettings) -> None:
    service = example.build(db, settings, FixedClock(NOW), None, Accident())
    async with talking(http_application(service)) as client:
        mast = Mast(service, client, FixedClock(NOW), People(), Accident())
        proposal = await mast.propose()
        assert (await mast.approve(proposal)).json()["code"] == "policy_stale"
        assert await mast.raised() == []


async def test_an_approver_who_lost_the_permission_in_between_is_replaced(mast: Mast) -> None:
    proposal = await mast.propose()
    mast.people.held[mast.bob] = set()
    assert (await mast.approve(proposal)).json()["state"] == "waiting"
    assert await mast.raised() == []
    assert (await mast.approve(proposal, mast.eve)).json()["state"] == "executed"
    assert await mast.raised() == [("blue", str(mast.ann), str(mast.eve))]


async def test_what_the_command_refuses_now_voids_it(mast: Mast) -> None:
    proposal = await mast.propose()
    with accidentally(mast.accident, refuse=True):
        answer = await mast.approve(proposal)
    assert (answer.json()["state"], answer.json()["code"]) == ("voided", "colour_refused")
    assert await mast.raised() == []


async def test_a_crash_after_the_approval_is_taken_up_again(mast: Mast) -> None:
    proposal = await mast.propose()
    with accidentally(mast.accident, crash=True):
        assert (await mast.approve(proposal)).status_code == 500
    assert (await mast.show(proposal))["state"] == "approved"
    assert await mast.raised() == []
    await mast.run_tasks()
    await mast.run_tasks()
    assert await mast.raised() == [("blue", str(mast.ann), str(mast.bob))]


async def test_many_approvals_at_once_execute_once(mast: Mast) -> None:
    proposal = await mast.propose()
    people = [uuid4() for _ in range(6)]
    answers = await asyncio.gather(*(mast.approve(proposal, who) for who in people), mast.run_tasks())
    assert {answer.status_code for answer in answers if answer is not None} <= {200, 409}
    assert len(await mast.raised()) == 1


async def test_a_payload_that_was_changed_in_the_table_is_not_executed(mast: Mast) -> None:
    proposal, other = await mast.propose(), await mast.propose(colour="black")
    swap = "UPDATE approval_payload SET sealed = (SELECT sealed FROM approval_payload WHERE approval_id = :o)"
    async with mast.service.db.write() as connection:
        await connection.execute(
            text(f"{swap} WHERE approval_id = :p"), {"o": other["approval_id"], "p": proposal["approval_id"]}
        )
    assert (await mast.approve(proposal)).json()["code"] == "approval_payload_differs"
    assert await mast.raised() == []


async def test_the_payload_lies_nowhere_in_clear(mast: Mast) -> None:
    await mast.propose(beneficiary=str(mast.eve))
    async with mast.service.db.read() as connection:
        stored = (await connection.execute(text("SELECT string_agg(sealed, ' ') FROM approval_payload"))).scalar_one()
    assert str(mast.casino) not in stored


async def test_a_player_has_no_business_here(mast: Mast) -> None:
    proposal = await mast.propose()
    player = bearer(make_token(kind="player", casino=mast.casino))
    for action in ("approve", "reject", "withdraw"):
        assert (await mast.client.post(f"{proposal['href']}/{action}", json={}, headers=player)).status_code == 403


def test_a_service_with_another_way_to_the_command_does_not_start(db: Database, settings: ServiceSettings) -> None:
    by_the_way = APIRouter()

    @by_the_way.post("/api/mast/v1/raise-at-once")
    async def raise_at_once(caller: Annotated[Caller, Requires(RAISE, proposes=True)]) -> None: ...

    service = example.build(db, settings, FixedClock(NOW), People(), Accident())
    service.routers = [*service.routers, by_the_way]
    with pytest.raises(UnguardedRoute, match="raise-at-once"):
        http_application(service)


async def test_two_approvals_where_two_are_needed(db: Database, settings: ServiceSettings) -> None:
    async with started(db, settings, needed=2) as mast:
        proposal = await mast.propose()
        assert (await mast.approve(proposal)).json()["state"] == "waiting"
        assert (await mast.approve(proposal)).json()["state"] == "waiting"
        assert (await mast.approve(proposal, mast.eve)).json()["state"] == "executed"
        assert [one[2] for one in await mast.raised()] == [f"{mast.bob},{mast.eve}"]

"""What is denied and critical comes back by two people, on whichever way the denial goes."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer

from .api import SECONDS, V1, add_colleague, approve, assign, define_role, enter, key

CRITICAL, SETS, TAME = "payments.provider.configure", "payments.policy.set", "payments.deposit.list"
CASINO = "0190f5fe-7c00-7a00-8000-000000000001"
WHY = {"reason": "it is needed"}
DENIES = [{"pattern": CRITICAL, "effect": "deny"}, {"pattern": TAME}]


class Desk:
    """Ann, who administers, and Bob, who was given something critical by two people."""

    def __init__(self, client: httpx.AsyncClient, ann: str, bob: str, bobs: str) -> None:
        self.client, self.ann, self.bob, self.bobs = client, ann, bob, bobs

    async def post(self, path: str, body: Any = WHY, *, token: str = "") -> httpx.Response:
        return await self.client.post(f"{V1}{path}", json=body, headers={**bearer(token or self.ann), **key()})

    async def role(self, *grants: dict[str, Any]) -> str:
        body = {"name": f"role_{uuid4().hex[:12]}", "grants": list(grants or DENIES)}
        return str((await self.post("/roles", body)).json()["role_id"])

    async def gives(self, role_id: str, **more: Any) -> str:
        """What takes nobody else: the id of the assignment."""
        answer = await self.post(
            f"/staff/{self.bob}/assignments", {"role_id": role_id, "casinos": [CASINO], **WHY, **more}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["assignment_id"])

    async def takes(self, assignment_id: str) -> httpx.Response:
        return await self.client.delete(f"{V1}/staff/{self.bob}/assignments/{assignment_id}", headers=bearer(self.ann))

    async def bob_may(self) -> bool:
        asked = {"subject": self.bob, "permission": CRITICAL, "casino": CASINO}
        answer = await self.client.get(f"{V1}/explain", params=asked, headers=bearer(self.ann))
        return bool(answer.json()["code"] not in ("not_granted", "explicit_deny"))


@pytest.fixture
async def desk(client: httpx.AsyncClient, administrator: dict[str, Any]) -> Desk:
    ann = str(administrator["access_token"])
    bob = await add_colleague(client, ann)
    treasurer = await define_role(client, ann, "treasurer", [CRITICAL])
    assert (await assign(client, ann, bob["staff_id"], treasurer, [CASINO])).status_code == 201
    asks = await define_role(client, ann, "asks", ["security.elevation.request", TAME])
    await assign(client, ann, bob["staff_id"], asks, [CASINO])
    bobs = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    desk = Desk(client, ann, bob["staff_id"], bobs)
    assert await desk.bob_may()
    return desk


async def test_a_role_that_denies_something_critical_is_taken_away_by_two(desk: Desk) -> None:
    denied = await desk.gives(await desk.role())
    proposed = await desk.takes(denied)
    assert (proposed.status_code, proposed.headers["Location"]) == (202, proposed.json()["href"])
    assert not await desk.bob_may()
    shown = await desk.client.get(proposed.json()["href"], headers=bearer(desk.ann))
    assert shown.json()["after"] == {"critical": [CRITICAL]}
    await approve(desk.client, proposed.json())
    assert await desk.bob_may()


async def test_it_is_taken_away_by_one_while_something_else_keeps_him_from_it(desk: Desk) -> None:
    role_id = await desk.role()
    first, second = await desk.gives(role_id), await desk.gives(await desk.role())
    assert (await desk.takes(first)).status_code == 200
    assert (await desk.takes(second)).status_code == 202
    assert not await desk.bob_may()


async def test_of_two_denials_that_are_taken_away_at_once_one_waits(desk: Desk) -> None:
    both = [await desk.gives(await desk.role()) for _ in range(2)]
    answers = await asyncio.gather(*map(desk.takes, both))
    assert sorted(one.status_code for one in answers) == [200, 202]
    assert not await desk.bob_may()


async def test_a_denial_that_ends_tomorrow_does_not_stand_in_for_one_that_stays(desk: Desk, clock: FixedClock) -> None:
    stays = await desk.gives(await desk.role())
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    await desk.gives(await desk.role(), expires_at=tomorrow)
    assert (await desk.takes(stays)).status_code == 202


async def test_a_denial_given_for_a_day_is_over_the_day_after(desk: Desk, clock: FixedClock) -> None:
    """Its end was known when it was given, and gives nothing that two people had not given."""
    await desk.gives(await desk.role(), expires_at=(clock.now() + timedelta(minutes=1)).isoformat())
    assert not await desk.bob_may()
    clock.advance(timedelta(minutes=2))
    assert await desk.bob_may()


async def test_who_is_kept_from_it_for_a_day_is_given_it_by_two(desk: Desk, clock: FixedClock) -> None:
    eve = await add_colleague(desk.client, desk.ann, "eve@example.com")
    desk.bob = eve["staff_id"]
    await desk.gives(await desk.role(), expires_at=(clock.now() + timedelta(days=1)).isoformat())
    body = {"role_id": await desk.role({"pattern": CRITICAL}), "casinos": [CASINO], **WHY}
    assert (await desk.post(f"/staff/{desk.bob}/assignments", body)).status_code == 202


async def test_a_version_that_denies_it_no_more_takes_two(desk: Desk) -> None:
    role_id = await desk.role()
    await desk.gives(role_id)
    proposed = await desk.post(f"/roles/{role_id}/versions", {"permissions": [TAME], **WHY})
    assert proposed.status_code == 202, proposed.text
    shown = await desk.client.get(proposed.json()["href"], headers=bearer(desk.ann))
    assert shown.json()["after"]["critical"] == [CRITICAL]
    assert not await desk.bob_may()
    await approve(desk.client, proposed.json())
    assert await desk.bob_may()


async def test_a_version_that_denies_it_elsewhere_only_takes_two(desk: Desk) -> None:
    role_id = await desk.role()
    await desk.gives(role_id)
    elsewhere = [{"pattern": TAME}, {"pattern": CRITICAL, "effect": "deny", "casinos": [str(uuid4())]}]
    assert (await desk.post(f"/roles/{role_id}/versions", {"grants": elsewhere, **WHY})).status_code == 202
    wider = [{"pattern": TAME}, {"pattern": "payments.*", "effect": "deny"}]
    assert (await desk.post(f"/roles/{role_id}/versions", {"grants": wider, **WHY})).status_code == 201


async def test_a_review_takes_no_denial_away(desk: Desk) -> None:
    denied = await desk.gives(await desk.role())
    body = {"decision": "withdrawn", "reason": "he left the desk"}
    second = await SECONDS[desk.client].token()
    answer = await desk.post(f"/access-review/{denied}/review", body, token=second)
    problem(answer, 409, "second_person_needed")
    assert not await desk.bob_may()


async def test_more_access_that_denies_something_is_not_ended_early_by_one(desk: Desk) -> None:
    wish = {"role_id": await desk.role(), "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", **WHY}
    asked = (await desk.post("/elevations", wish, token=desk.bobs)).json()["elevation_id"]
    assert (await desk.post(f"/elevations/{asked}/approve")).status_code == 200
    assert not await desk.bob_may()
    problem(await desk.post(f"/elevations/{asked}/end"), 409, "second_person_needed")
    problem(await desk.post(f"/me/elevations/{asked}/end", token=desk.bobs), 409, "second_person_needed")
    proposed = await desk.takes(asked)
    await approve(desk.client, proposed.json())
    assert await desk.bob_may()


async def test_whoever_gets_it_back_approves_nothing(desk: Desk) -> None:
    denied = await desk.gives(await desk.role())
    approves = await define_role(desk.client, desk.ann, "approves", ["security.role.approve", "security.approval.list"])
    assert (await assign(desk.client, desk.ann, desk.bob, approves, [CASINO])).status_code == 201
    proposal = (await desk.takes(denied)).json()
    said_yes = {"payload_sha256": proposal["payload_sha256"]}
    path = f"/approvals/{proposal['approval_id']}/approve"
    problem(await desk.post(path, said_yes, token=desk.bobs), 409, "another_person_needed")


async def test_what_would_come_back_is_what_was_proposed_or_nothing_is(desk: Desk) -> None:
    proposal = (
        await desk.takes(await desk.gives(await desk.role(*DENIES, {"pattern": SETS, "effect": "deny"})))
    ).json()
    more = await define_role(desk.client, desk.ann, "sets", [SETS])
    assert (await assign(desk.client, desk.ann, desk.bob, more, [CASINO])).status_code == 201
    with pytest.raises(AssertionError, match="approval_subject_changed"):
        await approve(desk.client, proposal)
    assert not await desk.bob_may()


async def test_whoever_is_given_the_role_meanwhile_does_not_approve_what_it_becomes(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "looks", [TAME])
    await desk.gives(role_id)
    proposal = (await desk.post(f"/roles/{role_id}/versions", {"permissions": [TAME, CRITICAL], **WHY})).json()
    eve = await add_colleague(desk.client, desk.ann, "eve@example.com")
    desk.bob = eve["staff_id"]
    await desk.gives(role_id)
    with pytest.raises(AssertionError, match="approval_subject_changed"):
        await approve(desk.client, proposal)

"""Emergency access, from being woken up to the closed review."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from sqlalchemy import text

from chassis.auth.tokens import TokenVerifier
from chassis.domain import FixedClock
from chassis.messaging.bus import Record
from chassis.messaging.processing import Processor
from chassis.runtime import Service
from chassis.telemetry.metrics import REGISTRY
from chassis.testing.golden import said
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.security.break_glass_events import BreakGlassOpened, BreakGlassReviewOverdue
from contracts.security.events import SessionEnded
from security.entrypoints import emergencies

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key, log_in, publish_version
from .authenticators import SecurityKey
from .factors import Person
from .test_at_once import until

OPEN, BLOCK = "security.break_glass.open", "backoffice.player.block"
CASINO, OTHER = str(uuid4()), str(uuid4())


class Night:
    """An administrator, and Bob, who is on call at one casino and has a key."""

    def __init__(self, client: httpx.AsyncClient, admin: str, bob: Person, staff_id: str, held: SecurityKey) -> None:
        self.client, self.admin, self.bob, self.staff_id, self.held = client, admin, bob, staff_id, held

    async def opens(self, **other: Any) -> httpx.Response:
        body = {"reason": "payouts hang", "incident_id": "INC-1", "minutes": 30, **other}
        return await self.bob.post("/break-glass", body)

    async def opened(self, **other: Any) -> dict[str, Any]:
        answer = await self.opens(**other)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        self.bob.token = found["access_token"]
        return found

    async def admin_posts(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"{V1}{path}", json=body, headers={**bearer(self.admin), **key()})

    async def admin_comes_in(self) -> None:
        self.admin = (await log_in(self.client, "admin@example.com", PASSWORD)).json()["access_token"]

    async def emergencies_allow(self, *permissions: str) -> None:
        """From now on the role for emergencies allows this and denies nothing."""
        [role] = (await self.client.get(f"{V1}/roles?break_glass=is.true", headers=bearer(self.admin))).json()
        published = await publish_version(self.client, self.admin, role["role_id"], permissions=list(permissions))
        assert published.status_code == 201, published.text

    async def code(self, permission: str, casino: str = CASINO) -> str:
        asked = {"subject": self.staff_id, "permission": permission, "casino": casino}
        answer = await self.client.get(f"{V1}/explain", params=asked, headers=bearer(self.admin))
        return str(answer.json()["code"])


@pytest.fixture
async def night(client: httpx.AsyncClient, clock: FixedClock, administrator: dict[str, Any]) -> Night:
    admin = str(administrator["access_token"])
    bob = await add_colleague(client, admin)
    on_call = await define_role(client, admin, "on_call", [OPEN, "security.elevation.request"])
    await assign(client, admin, bob["staff_id"], on_call, [CASINO])
    person = Person(client, clock, bob["login"], PASSWORD)
    person.token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    return Night(client, admin, person, bob["staff_id"], await person.has_key())


async def test_it_is_there_at_once_where_one_works_and_over_by_itself(night: Night, clock: FixedClock) -> None:
    assert await night.code(BLOCK) == "not_granted"
    opened = await night.opened()
    assert (opened["casinos"], opened["incident_id"]) == ([CASINO], "INC-1")
    assert await night.code(BLOCK) == "allowed"
    assert await night.code(BLOCK, OTHER) == "out_of_scope"
    for minutes, code in ((29, "allowed"), (1, "expired")):
        clock.advance(timedelta(minutes=minutes))
        await night.admin_comes_in()
        assert await night.code(BLOCK) == code


async def test_it_is_loud(night: Night, service: Service) -> None:
    before = counted()
    with structlog.testing.capture_logs() as lines:
        opened = await night.opened()
    [line] = [one for one in lines if one["event"] == "break_glass_opened"]
    assert (line["log_level"], line["incident_id"], line["staff_id"]) == ("error", "INC-1", night.staff_id)
    assert counted() == before + 1
    [told] = [fact for fact in await said(service) if isinstance(fact, BreakGlassOpened)]
    assert str(told.break_glass_id) == opened["break_glass_id"]


def counted() -> float:
    return REGISTRY.get_sample_value("break_glass_opened_total") or 0.0


async def test_the_new_token_says_so_and_is_over_with_it(night: Night, service: Service, clock: FixedClock) -> None:
    opened = await night.opened(minutes=2)
    verifier = service.verifier
    assert isinstance(verifier, TokenVerifier)
    assert str((await verifier.verify(opened["access_token"])).breakglass) == opened["break_glass_id"]
    assert opened["expires_in_s"] == 120
    clock.advance(timedelta(minutes=2))
    problem(await night.bob.get("/own-sessions"), 401, "unauthenticated")
    after = await night.bob.comes_in_with(night.held)
    assert (await verifier.verify(after["access_token"])).breakglass is None


async def test_whatever_is_done_meanwhile_is_marked_also_with_a_token_of_before(night: Night, service: Service) -> None:
    role_id = await define_role(night.client, night.admin, "cashier", ["payments.deposit.list"])
    wish = {"role_id": role_id, "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", "reason": "two are ill"}
    first, second = [(await night.bob.post("/elevations", wish)).json()["elevation_id"] for _ in range(2)]
    earlier = night.bob.token
    mark = (await night.opened())["break_glass_id"]
    for token, elevation_id in ((night.bob.token, first), (earlier, second)):
        night.bob.token = token
        ended = await night.bob.post(f"/me/elevations/{elevation_id}/end", {"reason": "not needed"})
        assert ended.status_code == 200, ended.text
    await define_role(night.client, night.admin, "meanwhile", ["payments.deposit.list"])
    await hears_itself(service)
    await night.admin_comes_in()
    found = await night.client.get(f"{V1}/audit?break_glass=eq.{mark}&limit=100", headers=bearer(night.admin))
    done = sorted(one["type"] for one in found.json())
    assert done == [
        "security.break_glass_opened",
        "security.elevation_withdrawn",
        "security.elevation_withdrawn",
        "security.role_assigned",
    ]
    assert {one["actor_id"] for one in found.json()} == {night.staff_id}


async def hears_itself(service: Service) -> None:
    """What was told comes to the audit log, as the bus would bring it."""
    assert service.consumer is not None
    process = Processor(service.consumer, service.application)
    async with service.db.read() as connection:
        rows = (await connection.execute(text("SELECT topic, key, envelope FROM outbox ORDER BY id"))).all()
    for row in rows:
        await process([Record(row.topic, 0, 0, row.key, row.envelope.encode())])


@pytest.mark.parametrize(
    "permission",
    ["security.staff.list", "security.role.assign", "security.audit.list", "security.break_glass.review"],
)
async def test_it_never_reaches_security_even_where_its_role_says_so(night: Night, permission: str) -> None:
    await night.emergencies_allow(permission, BLOCK)
    await night.opened()
    assert (await night.code(BLOCK), await night.code(permission)) == ("allowed", "not_for_break_glass")
    paths = {"security.staff.list": "/staff", "security.audit.list": "/audit"}
    if permission in paths:
        problem(await night.bob.get(paths[permission]), 403, "forbidden")


async def test_what_its_role_denies_is_denied_meanwhile_whatever_else_is_held(night: Night) -> None:
    sees = await define_role(night.client, night.admin, "sees", ["security.staff.list"])
    await assign(night.client, night.admin, night.staff_id, sees, [CASINO])
    await night.opened()
    assert await night.code("security.staff.list") == "explicit_deny"


async def test_nothing_of_it_is_given_to_others(night: Night) -> None:
    await night.emergencies_allow(BLOCK)
    gives = await define_role(night.client, night.admin, "gives", ["security.role.assign"])
    await assign(night.client, night.admin, night.staff_id, gives, [CASINO])
    blocks = await define_role(night.client, night.admin, "blocks", [BLOCK])
    carol = await add_colleague(night.client, night.admin, "carol@example.com")
    ends = (await night.opened())["ends_at"]
    given = await assign(night.client, night.bob.token, carol["staff_id"], blocks, [CASINO], expires_at=ends)
    problem(given, 403, "beyond_own_access")


@pytest.mark.parametrize("by", ["owner", "colleague"])
async def test_ending_early_ends_the_tokens(night: Night, service: Service, by: str) -> None:
    opened = await night.opened()
    path, why = f"/break-glass/{opened['break_glass_id']}/end", {"reason": "it works again"}
    ended = await (night.bob.post(f"/me{path}", why) if by == "owner" else night.admin_posts(path, **why))
    assert ended.status_code == 200, ended.text
    assert await night.code(BLOCK) == "not_granted"
    causes = [fact.cause for fact in await said(service) if isinstance(fact, SessionEnded)]
    assert causes[-1] == f"ended_by_{by}"

    async def refused() -> bool:
        return (await night.bob.get("/own-sessions")).status_code == 401

    await until(refused)
    await night.bob.comes_in_with(night.held)
    problem(await night.admin_posts(path, **why), 409, "break_glass_over")


async def test_it_is_opened_once_at_a_time(night: Night) -> None:
    await night.emergencies_allow(BLOCK)
    answers = await asyncio.gather(*(night.opens() for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"break_glass_is_open"}


async def test_no_other_is_opened_before_the_last_was_reviewed(night: Night, clock: FixedClock) -> None:
    first = await night.opened()
    clock.advance(timedelta(minutes=31))
    await night.bob.comes_in_with(night.held)
    problem(await night.opens(), 409, "review_awaited")
    await night.admin_comes_in()
    path = f"/break-glass/{first['break_glass_id']}/review"
    assert (await night.admin_posts(path, findings="nothing was done")).status_code == 200
    assert (await night.opens()).status_code == 201


async def test_a_repeat_of_the_request_opens_nothing_and_is_answered_as_the_first_although_the_role_denies_it(
    night: Night, service: Service
) -> None:
    body = {"reason": "payouts hang", "incident_id": "INC-1", "minutes": 30}
    headers = {**bearer(night.bob.token), **key()}
    first, second = [await night.client.post(f"{V1}/break-glass", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201), second.text
    assert [one.headers.get("idempotency-replayed") for one in (first, second)] == [None, "true"]
    told = [one.json() for one in (first, second)]
    verifier = service.verifier
    assert isinstance(verifier, TokenVerifier)
    for one in told:
        token = one.pop("access_token")
        assert str((await verifier.verify(token)).breakglass) == one["break_glass_id"]
    assert told[0] == told[1]
    assert len([fact for fact in await said(service) if isinstance(fact, BreakGlassOpened)]) == 1
    problem(await night.opens(), 403, "forbidden")
    stranger = {**headers, **bearer(night.admin)}
    problem(await night.client.post(f"{V1}/break-glass", json=body, headers=stranger), 403, "security_key_needed")


async def test_it_takes_a_fresh_proof(night: Night, clock: FixedClock) -> None:
    clock.advance(timedelta(seconds=301))
    assert (await night.opens()).status_code == 401


async def test_it_is_opened_with_the_key_and_nothing_less(night: Night) -> None:
    night.bob.takes(await night.bob.steps_up(recovery_code=night.bob.recovery_codes[0]))
    problem(await night.opens(), 401, "insufficient_user_authentication")
    night.bob.takes(await night.bob.steps_up_with(night.held))
    assert (await night.opens()).status_code == 201


async def test_whoever_has_no_key_is_told_to_add_one(night: Night, clock: FixedClock) -> None:
    carol = await add_colleague(night.client, night.admin, "carol@example.com")
    on_call = await define_role(night.client, night.admin, "also_on_call", [OPEN])
    await assign(night.client, night.admin, carol["staff_id"], on_call, [CASINO])
    person = Person(night.client, clock, carol["login"], PASSWORD)
    person.token = (await enter(night.client, carol["login"], carol["one_time_password"]))["access_token"]
    night.bob = person
    problem(await night.opens(), 403, "security_key_needed")
    await person.adds_phone()
    clock.advance(timedelta(seconds=30))
    person.takes(await person.steps_up(code=person.code()))
    problem(await night.opens(), 403, "security_key_needed")
    await person.has_key()
    assert (await night.opens()).status_code == 201


async def test_somebody_else_reviews_it_when_it_is_over(night: Night, clock: FixedClock) -> None:
    opened = await night.opened()
    path, found = f"/break-glass/{opened['break_glass_id']}/review", {"findings": "One player was blocked, rightly."}
    problem(await night.admin_posts(path, **found), 409, "break_glass_is_open")
    clock.advance(timedelta(minutes=30))
    await night.admin_comes_in()
    listed = f"{V1}/break-glass?reviewed_at=is.null"
    assert len((await night.client.get(listed, headers=bearer(night.admin))).json()) == 1
    reviewed = await night.admin_posts(path, **found)
    assert (reviewed.status_code, reviewed.json()["findings"]) == (200, found["findings"])
    problem(await night.admin_posts(path, **found), 409, "break_glass_is_reviewed")
    assert (await night.client.get(listed, headers=bearer(night.admin))).json() == []


async def test_nobody_reviews_his_own(night: Night, clock: FixedClock) -> None:
    reviews = await define_role(night.client, night.admin, "reviews", ["security.break_glass.review"])
    await assign(night.client, night.admin, night.staff_id, reviews, [CASINO])
    opened = await night.opened()
    clock.advance(timedelta(minutes=30))
    await night.bob.comes_in_with(night.held)
    own = {"findings": "Everything was right, I think."}
    answer = await night.bob.post(f"/break-glass/{opened['break_glass_id']}/review", own)
    problem(answer, 409, "own_review")


async def test_a_review_that_nobody_closed_in_three_days_is_told_once(
    night: Night, service: Service, clock: FixedClock
) -> None:
    await night.opened()
    for hours, overdue in ((71, 0), (1, 1), (1, 0)):
        clock.advance(timedelta(hours=hours))
        assert await emergencies.tell_overdue(service.application) == overdue
    assert len([fact for fact in await said(service) if isinstance(fact, BreakGlassReviewOverdue)]) == 1
    await night.admin_comes_in()
    [listed] = (await night.client.get(f"{V1}/break-glass?overdue_at=not.is.null", headers=bearer(night.admin))).json()
    assert listed["reviewed_at"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": 0}, {"minutes": 61}, {"minutes": 30.5}, {"incident_id": ""}, {"reason": "x"}, {"role_id": "any"}],
    ids=["no time", "too long", "half a minute", "no incident", "no reason", "a role of one's choice"],
)
async def test_what_makes_no_sense_opens_nothing(night: Night, wrong: dict[str, Any]) -> None:
    answer = await night.opens(**wrong)
    assert answer.status_code == 422, answer.text
    assert await night.code(BLOCK) == "not_granted"


async def test_a_review_without_findings_is_none(night: Night) -> None:
    opened = await night.opened()
    for findings in ("", "fine", "x" * 2001):
        answer = await night.admin_posts(f"/break-glass/{opened['break_glass_id']}/review", findings=findings)
        assert answer.status_code == 422

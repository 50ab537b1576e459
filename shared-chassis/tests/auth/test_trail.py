"""What was decided is kept for the audit log: all that matters, floods as one line, and nobody waits."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.requests import HTTPConnection

from chassis.auth import AnyStaff, Caller, PermissionSpec, PlayerOr, Requires
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.model import Decision, Outcome, PermissionMeta, Policy, PolicySubject, Wish
from chassis.auth.trail import LOST, AccessTrail, Entry, write, writing
from chassis.auth.usage import Usage
from chassis.db import Database
from chassis.http import create_service
from chassis.settings import HttpSettings
from chassis.store import Application, EventTypes
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import bearer, make_token, test_verifier

VIEW, PAY, REVEAL = "example.thing.view", "example.money.pay", "example.thing.reveal_all"
FRESH = "example.thing.erase"
PERMISSIONS = [
    PermissionSpec(VIEW, "See"),
    PermissionSpec(PAY, "Pay", "critical"),
    PermissionSpec(REVEAL, "Reveal", "high"),
    PermissionSpec(FRESH, "Erase", "high", step_up_s=60),
]
ANN, CASINO = UUID(int=1), UUID(int=2)


@dataclass
class Watch:
    """A clock that goes when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def usage() -> Usage:
    return Usage()


@pytest.fixture
def trail(watch: Watch, usage: Usage) -> AccessTrail:
    return AccessTrail(PERMISSIONS, usage, watch)


@pytest.fixture
def app(trail: AccessTrail) -> FastAPI:
    router = APIRouter(prefix="/things")

    @router.get("/{casino_id}")
    async def see(casino_id: UUID, caller: Annotated[Caller, PlayerOr(VIEW)]) -> None:
        caller.must_see(casino_id)

    @router.post("/{casino_id}/payments")
    async def pay(casino_id: UUID, caller: Annotated[Caller, Requires(PAY)]) -> None:
        caller.must(PAY, casino_id)

    @router.post("/{casino_id}/reveal")
    async def reveal(casino_id: UUID, caller: Annotated[Caller, Requires(REVEAL)]) -> None: ...

    @router.post("/mine")
    async def mine(caller: Annotated[Caller, AnyStaff()]) -> None: ...

    settings = make_settings(HttpSettings)
    return create_service(
        "example", settings=settings, routers=[router], permissions=PERMISSIONS, verifier=test_verifier(), trail=trail
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with started(app) as client:
        yield client


@pytest.fixture
async def application(databases: Databases) -> AsyncIterator[Application]:
    async with opened(await databases.create(CHASSIS)) as db:
        yield Application(db, EventTypes(), source="example")


def a_request() -> HTTPConnection:
    app = FastAPI()
    return HTTPConnection({"type": "http", "method": "GET", "headers": [], "app": app, "client": ("192.0.2.1", 1)})


def tell(
    trail: AccessTrail,
    *,
    who: UUID = ANN,
    permission: str = VIEW,
    outcome: Outcome = "deny",
    casino: UUID | None = None,
) -> None:
    code: Any = {"deny": "not_granted", "allow": "allowed", "challenge": "step_up_needed"}.get(outcome, "allowed")
    decision = Decision(outcome=outcome, code=code, explanation="", version=3, rules=("a@1#1",))
    trail.record(decision, Wish(permission=permission, casino_id=casino), Caller(kind="staff", id=who), a_request())


def counts(entries: list[Entry]) -> list[int]:
    return [one.fact.count for one in entries]


async def test_a_denial_is_kept_with_all_that_is_known_of_it(client: httpx.AsyncClient, trail: AccessTrail) -> None:
    token = make_token(subject=ANN, amr=["pwd", "otp"])
    answer = await client.get(f"/things/{CASINO}", headers=bearer(token))
    assert answer.status_code == 403
    [entry] = trail.taken()
    fact = entry.fact
    assert (fact.permission, fact.decision, fact.outcome) == (VIEW, "not_granted", "deny")
    assert (fact.subject_kind, fact.subject_id) == ("route", "GET /things/{casino_id}")
    assert (str(fact.request_id), fact.policy_version) == (answer.headers["x-request-id"], 1)
    assert (fact.amr, fact.authenticated_at is not None, fact.break_glass) == (("otp", "pwd"), True, False)
    assert (entry.context.actor.kind, entry.context.actor.id) == ("staff", str(ANN))


async def test_what_everybody_does_all_day_is_counted_and_not_kept(
    client: httpx.AsyncClient, trail: AccessTrail, usage: Usage
) -> None:
    token = make_token(subject=ANN, permissions=[VIEW])
    assert (await client.get(f"/things/{CASINO}", headers=bearer(token))).status_code == 200
    assert trail.taken() == []
    answered = [(one.subject_id, one.permission, one.casino_id, one.outcome) for one in usage.taken()]
    assert answered == [(ANN, VIEW, None, "allow"), (ANN, VIEW, CASINO, "allow")]


async def test_critical_and_revealing_permissions_are_kept_when_they_are_used(
    client: httpx.AsyncClient, trail: AccessTrail
) -> None:
    headers = bearer(make_token(permissions=[PAY, REVEAL], casinos=[CASINO]))
    assert (await client.post(f"/things/{CASINO}/payments", headers=headers)).status_code == 200
    assert (await client.post(f"/things/{CASINO}/reveal", headers=headers)).status_code == 200
    kept = [(one.fact.permission, one.fact.casino_id, one.fact.outcome, one.fact.rules) for one in trail.taken()]
    rules = ("test0@1#1",)
    assert kept == [
        (PAY, None, "allow", rules),
        (PAY, CASINO, "allow", rules),
        (REVEAL, None, "allow", rules),
    ]


async def test_a_program_at_a_route_for_people_is_kept_without_a_permission(
    client: httpx.AsyncClient, trail: AccessTrail, usage: Usage
) -> None:
    token = make_token(kind="client", subject=ANN)
    assert (await client.post("/things/mine", headers=bearer(token))).status_code == 403
    [fact] = [one.fact for one in trail.taken()]
    assert (fact.action, fact.permission, fact.decision) == ("route.call", None, "not_for_clients")
    assert (fact.subject_id, usage.taken()) == ("POST /things/mine", ())


def test_what_is_critical_is_kept_whichever_service_declares_it(watch: Watch, usage: Usage) -> None:
    trail = AccessTrail([], usage, watch)
    policy = Policy(
        version=3,
        issued_at=datetime.now(UTC),
        permissions={PAY: PermissionMeta(id=PAY, risk="critical")},
        subjects={ANN: PolicySubject(id=ANN)},
    )
    caller = Caller(kind="staff", id=ANN).by(LocalPolicy.holding(policy))
    decision = Decision(outcome="allow", code="allowed", explanation="", version=3, rules=("a@1#1",))
    trail.record(decision, Wish(permission=PAY), caller, a_request())
    [fact] = [one.fact for one in trail.taken()]
    assert (fact.permission, fact.rules, fact.policy_version) == (PAY, ("a@1#1",), 3)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/payments")], ids=["must_see", "must"])
async def test_reaching_for_another_casino_is_kept_with_the_casino(
    client: httpx.AsyncClient, trail: AccessTrail, method: str, path: str
) -> None:
    other = uuid4()
    headers = bearer(make_token(permissions=[VIEW, PAY], casinos=[CASINO]))
    assert (await client.request(method, f"/things/{other}{path}", headers=headers)).status_code == 404
    denied = [one.fact for one in trail.taken() if one.fact.outcome == "deny"]
    assert [(one.decision, one.casino_id) for one in denied] == [("out_of_scope", other)]


async def test_players_and_those_who_look_as_one_are_kept_when_they_try_what_is_not_theirs(
    client: httpx.AsyncClient, trail: AccessTrail
) -> None:
    player, staff = uuid4(), uuid4()
    await client.post(f"/things/{CASINO}/reveal", headers=bearer(make_token(kind="player", subject=player)))
    looking = make_token(kind="player", subject=player, act={"sub": str(staff)})
    await client.get(f"/things/{CASINO}", headers=bearer(looking))
    kept = [(one.context.actor.kind, one.context.actor.id, one.fact.acting_for) for one in trail.taken()]
    assert kept == [("player", str(player), None), ("staff", str(staff), staff)]


async def test_nobody_at_the_door_is_no_decision(client: httpx.AsyncClient, trail: AccessTrail) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, bearer(make_token(lifetime_s=-10))):
        assert (await client.get(f"/things/{CASINO}", headers=headers)).status_code == 401
    assert trail.taken() == []


def test_a_flood_is_one_entry_now_and_one_when_its_second_is_over(trail: AccessTrail, watch: Watch) -> None:
    for _ in range(1_000):
        tell(trail)
    assert counts(trail.taken()) == [1_000]
    for _ in range(500):
        tell(trail)
    watch.now = 0.9
    assert trail.taken() == []
    watch.now = 1.0
    assert counts(trail.taken()) == [500]
    assert trail.taken() == []


def test_a_flood_that_goes_on_is_an_entry_a_second(trail: AccessTrail, watch: Watch) -> None:
    for tenth in range(50):
        watch.now = tenth / 10
        tell(trail)
    assert counts(trail.taken(last=True)) == [10, 10, 10, 10, 10]


def test_what_differs_is_not_folded(trail: AccessTrail) -> None:
    tell(trail)
    tell(trail, who=UUID(int=9))
    tell(trail, permission=PAY)
    tell(trail, casino=CASINO)
    tell(trail, outcome="challenge")
    assert counts(trail.taken()) == [1, 1, 1, 1, 1]


def test_what_does_not_fit_is_counted_and_hurts_nobody(watch: Watch) -> None:
    trail, before = AccessTrail(PERMISSIONS, Usage(), watch, most=3), lost()
    for number in range(5):
        tell(trail, who=UUID(int=number))
    assert (len(trail.taken(last=True)), lost() - before) == (3, 2)


def test_what_comes_back_is_told_first_and_never_more_than_fits(watch: Watch) -> None:
    trail, before = AccessTrail(PERMISSIONS, Usage(), watch, most=3), lost()
    for number in range(3):
        tell(trail, who=UUID(int=number))
    entries = trail.taken(last=True)
    tell(trail, who=UUID(int=7))
    trail.give_back(entries)
    kept = [one.context.actor.id for one in trail.taken(last=True)]
    assert (kept, lost() - before) == ([str(UUID(int=number)) for number in (1, 2, 7)], 1)


moves = st.lists(
    st.one_of(st.tuples(st.just("tell"), st.integers(0, 5)), st.sampled_from([("take", 0), ("wait", 0), ("fail", 0)])),
    max_size=80,
)


@given(moves, st.integers(1, 6))
def test_every_decision_is_told_once_or_counted_as_lost(steps: list[tuple[str, int]], most: int) -> None:
    watch = Watch()
    trail, before = AccessTrail(PERMISSIONS, Usage(), watch, most=most), lost()
    made, said = 0, 0
    for step, who in [*steps, ("end", 0)]:
        match step:
            case "tell":
                tell(trail, who=UUID(int=who))
                made += 1
            case "wait":
                watch.now += 0.6
            case "fail":
                trail.give_back(trail.taken())
            case _:
                entries = trail.taken(last=step == "end")
                assert len(entries) <= most
                said += sum(counts(entries))
    assert said + lost() - before == made


async def test_what_waits_is_published_at_once_by_whom_it_was_done(
    trail: AccessTrail, application: Application
) -> None:
    tell(trail)
    tell(trail, who=CASINO, casino=CASINO)
    assert await write(trail, application) == 2
    assert await write(trail, application) == 0
    assert [(one["actorid"], one.get("casinoid"), one["subject"]) for one in await told(application.db)] == [
        (str(ANN), None, f"access-{ANN}"),
        (str(CASINO), str(CASINO), f"access-{CASINO}"),
    ]


async def test_what_cannot_be_published_is_published_later(
    trail: AccessTrail, application: Application, databases: Databases
) -> None:
    tell(trail)
    nowhere = Database("postgresql://test:test@127.0.0.1:1/nowhere", application_name="tests")
    with pytest.raises(OSError, match="127"):
        await write(trail, Application(nowhere, EventTypes(), source="example"))
    await nowhere.close()
    assert await write(trail, application) == 1


async def test_no_decision_of_many_at_once_is_missing_and_the_end_writes_the_rest(
    client: httpx.AsyncClient, trail: AccessTrail, application: Application
) -> None:
    stop, people = asyncio.Event(), [bearer(make_token()) for _ in range(40)]
    loop = asyncio.ensure_future(writing(trail, application, 0.01)(stop))
    answers = await asyncio.gather(
        *(client.get(f"/things/{CASINO}", headers=person) for person in people for _ in range(5))
    )
    stop.set()
    await loop
    assert {one.status_code for one in answers} == {403}
    kept = Counter[str]()
    for one in await told(application.db):
        kept[one["actorid"]] += one["data"]["count"]
    assert (len(kept), set(kept.values())) == (40, {5})


def lost() -> float:
    return next(iter(LOST.collect())).samples[0].value


async def told(db: Database) -> list[dict[str, Any]]:
    async with db.read() as connection:
        rows = await connection.execute(text("SELECT envelope FROM outbox ORDER BY id"))
        return [json.loads(row.envelope) for row in rows]

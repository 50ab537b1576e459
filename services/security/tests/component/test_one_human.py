"""One human with an administrator's account, and whatever accounts come into her hands by it, gains nothing critical.

Ann may do everything that one person may. Bob is a colleague to whom two people gave something critical, and from whom
another role keeps it; Eve is an account she made. She calls whatever there is, in every order, as any of them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import Asking, Wish
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.tokens import bearer
from security.entrypoints.policy import policy_now

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key, log_in

CRITICAL, TAME = "payments.provider.configure", "payments.deposit.list"
CASINO = "0190f5fe-7c00-7a00-8000-000000000001"
WHY = {"reason": "it is needed"}
DENIES = {"pattern": CRITICAL, "effect": "deny"}
VERSIONS: list[list[dict[str, Any]]] = [
    [{"pattern": TAME}],
    [{"pattern": TAME}, {"pattern": CRITICAL}],
    [{"pattern": TAME}, {"pattern": CRITICAL}, DENIES],
    [{"pattern": TAME}, {**DENIES, "casinos": ["0190f5fe-7c00-7a00-8000-000000000009"]}],
]
HELPS = ["security.elevation.request", "security.access_review.conduct", "security.approval.list", TAME]
HOLDS = ("allow", "four_eyes", "challenge")


class World:
    """Ann, the accounts in her hands with their tokens, and what she has made."""

    def __init__(self, client: httpx.AsyncClient, service: Service, clock: FixedClock, ann: str) -> None:
        self.client, self.service, self.clock, self.ann = client, service, clock, ann
        self.number = 0
        self.people: list[dict[str, Any]] = []
        self.tokens: dict[str, str] = {}
        self.roles: list[str] = []
        self.proposals: list[dict[str, Any]] = []
        self.wishes: list[str] = []

    async def ask(self, method: str, path: str, body: Any = None, *, token: str = "") -> Any:
        headers = {**bearer(token or self.ann), **key()}
        answer = await self.client.request(method, f"{V1}{path}", json=body, headers=headers)
        assert answer.status_code < 500, answer.text
        said = answer.json()
        if answer.status_code == 202 and "approval_id" in said:
            self.proposals.append(said)
        return said

    def named(self, what: str) -> str:
        self.number += 1
        return f"{what}_{self.number}"

    async def begins(self) -> None:
        """New people and roles; what was in her hands before is forgotten."""
        self.people, self.tokens, self.proposals, self.wishes = [], {}, [], []
        lines = ([TAME], [CRITICAL], HELPS)
        self.roles = [await define_role(self.client, self.ann, self.named("role"), list(one)) for one in lines]
        denies = {"name": self.named("role"), "grants": [DENIES]}
        self.roles.append((await self.ask("POST", "/roles", denies))["role_id"])
        bob, eve = [await self.joins() for _ in range(2)]
        for person, role_id in ((bob, self.roles[1]), (bob, self.roles[3]), (eve, self.roles[2])):
            given = await assign(self.client, self.ann, person["staff_id"], role_id, [CASINO])
            assert given.status_code == 201, given.text
        await self.comes_in(eve, eve["one_time_password"])

    async def joins(self) -> dict[str, Any]:
        person = await add_colleague(self.client, self.ann, f"{self.named('person')}@example.com")
        self.people.append(person)
        return person

    async def comes_in(self, person: dict[str, Any], one_time: str) -> None:
        tokens = await enter(self.client, person["login"], one_time, f"{PASSWORD} {self.named('again')}")
        self.tokens[person["staff_id"]] = tokens["access_token"]

    async def held(self) -> dict[UUID, frozenset[str]]:
        """What is critical and anybody may do, by the policy that services decide by."""
        now = self.clock.now()
        async with self.service.db.read() as connection:
            policy = await policy_now(connection, now)
        critical = [name for name, meta in policy.permissions.items() if meta.risk == "critical"]

        def may(who: UUID, name: str) -> bool:
            return decide(policy, Asking(subject_id=who, issued_at=now), Wish(permission=name), now).outcome in HOLDS

        return {who: frozenset(name for name in critical if may(who, name)) for who in policy.subjects}


async def gives(world: World, one: int, other: int) -> None:
    body = {"role_id": world.roles[one % 4], "casinos": [CASINO], **WHY}
    await world.ask("POST", f"/staff/{world.people[other % len(world.people)]['staff_id']}/assignments", body)


async def gives_for_a_minute(world: World, one: int, other: int) -> None:
    end = (world.clock.now() + timedelta(minutes=1)).isoformat()
    body = {"role_id": world.roles[one % 4], "casinos": [CASINO], "expires_at": end, **WHY}
    await world.ask("POST", f"/staff/{world.people[other % len(world.people)]['staff_id']}/assignments", body)


async def takes(world: World, one: int, other: int) -> None:
    staff_id = world.people[other % len(world.people)]["staff_id"]
    held = (await world.ask("GET", f"/staff/{staff_id}"))["assignments"]
    if held:
        await world.ask("DELETE", f"/staff/{staff_id}/assignments/{held[one % len(held)]['assignment_id']}")


async def reviews(world: World, one: int, other: int) -> None:
    staff_id = world.people[other % len(world.people)]["staff_id"]
    for given_ in (await world.ask("GET", f"/staff/{staff_id}"))["assignments"]:
        for token in (world.ann, *world.tokens.values()):
            body = {"decision": "withdrawn", **WHY}
            await world.ask("POST", f"/access-review/{given_['assignment_id']}/review", body, token=token)


async def publishes(world: World, one: int, other: int) -> None:
    await world.ask("POST", f"/roles/{world.roles[one % 4]}/versions", {"grants": VERSIONS[other % 4], **WHY})


async def retires(world: World, one: int, _: int) -> None:
    await world.ask("POST", f"/roles/{world.roles[one % 4]}/retire", WHY)


async def wishes(world: World, one: int, _: int) -> None:
    for token in list(world.tokens.values()):
        wish = {"role_id": world.roles[one % 4], "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", **WHY}
        asked = await world.ask("POST", "/elevations", wish, token=token)
        if "elevation_id" in asked:
            world.wishes.append(asked["elevation_id"])
            await world.ask("POST", f"/elevations/{asked['elevation_id']}/approve", WHY)


async def ends_wishes(world: World, one: int, _: int) -> None:
    for elevation_id in world.wishes:
        await world.ask("POST", f"/elevations/{elevation_id}/end", WHY)
        for token in world.tokens.values():
            await world.ask("POST", f"/me/elevations/{elevation_id}/end", WHY, token=token)


async def resets(world: World, one: int, _: int) -> None:
    person = world.people[one % len(world.people)]
    given_ = await world.ask("POST", f"/staff/{person['staff_id']}/one-time-password", WHY)
    if "one_time_password" in given_:
        await world.comes_in(person, given_["one_time_password"])


async def lets_in_again(world: World, one: int, _: int) -> None:
    person = world.people[one % len(world.people)]
    await world.ask("POST", f"/staff/{person['staff_id']}/disable", WHY)
    given_ = await world.ask("POST", f"/staff/{person['staff_id']}/enable", WHY)
    if "one_time_password" in given_:
        await world.comes_in(person, given_["one_time_password"])


async def makes_an_account(world: World, _: int, __: int) -> None:
    person = await world.joins()
    await world.comes_in(person, person["one_time_password"])


async def approves_everything(world: World, _: int, __: int) -> None:
    for proposal in world.proposals:
        body = {"payload_sha256": proposal["payload_sha256"]}
        for token in (world.ann, *world.tokens.values()):
            await world.ask("POST", f"/approvals/{proposal['approval_id']}/approve", body, token=token)


async def waits(world: World, _: int, __: int) -> None:
    world.clock.advance(timedelta(minutes=2))
    answer = await log_in(world.client, "admin@example.com", PASSWORD)
    world.ann = answer.json()["access_token"]


Way = Callable[[World, int, int], Coroutine[Any, Any, None]]
WAYS: tuple[Way, ...] = (
    gives,
    gives_for_a_minute,
    takes,
    reviews,
    publishes,
    retires,
    wishes,
    ends_wishes,
    resets,
    lets_in_again,
    makes_an_account,
    approves_everything,
    waits,
)
calls = st.tuples(st.sampled_from(range(len(WAYS))), st.integers(0, 3), st.integers(0, 3))


@pytest.fixture
async def world(client: httpx.AsyncClient, service: Service, clock: FixedClock, administrator: dict[str, Any]) -> World:
    ann = str(administrator["access_token"])
    return World(client, service, clock, ann)


async def test_no_account_in_the_hands_of_one_human_gains_anything_critical(world: World) -> None:
    loop = asyncio.get_running_loop()

    async def tried(sequence: list[tuple[int, int, int]]) -> None:
        await waits(world, 0, 0)
        await world.begins()
        before = await world.held()
        for number, (way, one, other) in enumerate(sequence, start=1):
            await WAYS[way](world, one, other)
            for who, held in (await world.held()).items():
                told = [(WAYS[each].__name__, *args) for each, *args in sequence[:number]]
                assert held <= before.get(who, frozenset()), told

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(calls, min_size=3, max_size=10))
    def search(sequence: list[tuple[int, int, int]]) -> None:
        asyncio.run_coroutine_threadsafe(tried(sequence), loop).result()

    await asyncio.to_thread(search)

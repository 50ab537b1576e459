"""A manager of one casino manages that casino's access and nobody else's."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.payments.permissions import PaymentsPermission
from contracts.security.permissions import SecurityPermission as P
from security.entrypoints import duties

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key, log_in, publish_version
from .clients_api import CASINO, Program, ask, register, terms

MANAGES = [P.STAFF_LIST, P.STAFF_CREATE, P.STAFF_DISABLE, P.STAFF_ENABLE, P.STAFF_RESET]
MANAGES += [P.ROLE_LIST, P.ROLE_DEFINE, P.ROLE_ASSIGN]
DEPOSITS = PaymentsPermission.DEPOSIT_LIST
WHY = {"reason": "left the team"}


@dataclass(frozen=True)
class World:
    """An operator with two casinos, `mine` and `theirs`; `manager` is the token of somebody who manages `mine`."""

    client: httpx.AsyncClient
    admin: str
    manager: str
    manager_id: str
    role_id: str
    mine: str
    theirs: str

    async def colleague(self, login: str, *casinos: list[str]) -> tuple[str, list[str]]:
        """Somebody with the managers' role at each of these sets of casinos: the staff id, and the assignments'."""
        staff_id = (await add_colleague(self.client, self.admin, login))["staff_id"]
        given = [await assign(self.client, self.admin, staff_id, self.role_id, one) for one in casinos]
        return staff_id, [one.json()["assignment_id"] for one in given]

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {**bearer(self.manager), **key()}
        return await self.client.request(method, f"{V1}{path}", json=body, headers=headers)


@pytest.fixture
async def world(client: httpx.AsyncClient, administrator: dict[str, Any]) -> World:
    admin = administrator["access_token"]
    bob, mine = await add_colleague(client, admin), str(uuid4())
    role_id = await define_role(client, admin, "manager", list(MANAGES))
    assert (await assign(client, admin, bob["staff_id"], role_id, [mine])).status_code == 201
    manager = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    return World(client, admin, manager, bob["staff_id"], role_id, mine, str(uuid4()))


async def test_whoever_is_kept_from_one_casino_does_not_manage_the_whole_operator(world: World) -> None:
    lines: list[dict[str, Any]] = [{"pattern": one} for one in MANAGES]
    lines += [{"pattern": one, "effect": "deny", "casinos": [world.theirs]} for one in MANAGES]
    body = {"name": "all_but_one", "grants": lines}
    made = await world.client.post(f"{V1}/roles", json=body, headers={**bearer(world.admin), **key()})
    assert made.status_code == 201, made.text
    eve = await add_colleague(world.client, world.admin, "eve@example.com")
    given = await assign(world.client, world.admin, eve["staff_id"], made.json()["role_id"], ["*"])
    assert given.status_code == 201, given.text
    theirs, _ = await world.colleague("carol@example.com", [world.theirs])
    token = (await enter(world.client, eve["login"], eve["one_time_password"]))["access_token"]
    asked = [
        await world.client.get(f"{V1}/staff/{theirs}", headers=bearer(token)),
        await world.client.post(f"{V1}/staff/{theirs}/disable", json=WHY, headers={**bearer(token), **key()}),
        await assign(world.client, token, theirs, world.role_id, [world.theirs]),
    ]
    assert [one.status_code for one in asked] == [403, 403, 403], [one.text for one in asked]


async def test_roles_are_made_and_changed_by_the_whole_operator_alone(world: World) -> None:
    other = await define_role(world.client, world.admin, "cashier", [DEPOSITS])
    wish: dict[str, Any] = {"permissions": ["*"]}
    made = await world.ask("POST", "/roles", {**wish, "name": "mighty"})
    changed = await world.ask("POST", f"/roles/{other}/versions", {**wish, **WHY})
    assert [(one.status_code, one.json()["code"]) for one in (made, changed)] == [(403, "forbidden")] * 2
    answer = await publish_version(world.client, world.admin, other, **wish)
    assert answer.status_code == 201, answer.text


async def test_a_puppet_does_not_lead_to_more_than_one_holds(world: World) -> None:
    """Somebody who may define and give roles gives a colleague of his making a harmless one, and adds to that role."""
    architect = await define_role(world.client, world.admin, "architect", list(MANAGES))
    assert (await assign(world.client, world.admin, world.manager_id, architect, ["*"])).status_code == 201
    token = await enter_again(world)
    operator = bearer(token)
    puppet = (await add_colleague(world.client, world.admin, "puppet@example.com"))["staff_id"]
    harmless = await define_role(world.client, token, "harmless", [P.STAFF_LIST])
    assert (await assign(world.client, token, puppet, harmless, ["*"])).status_code == 201
    for wish in (["*"], ["security.*"], [P.STAFF_LIST, DEPOSITS]):
        changed = await publish_version(world.client, token, harmless, permissions=wish)
        made = {"name": "mighty", "permissions": wish}
        defined = await world.client.post(f"{V1}/roles", json=made, headers={**operator, **key()})
        assert [(one.status_code, one.json()["code"]) for one in (changed, defined)] == [(403, "beyond_own_access")] * 2
    allowed = await publish_version(world.client, token, harmless, permissions=[P.STAFF_LIST, P.ROLE_LIST])
    assert allowed.status_code == 201, allowed.text


async def test_a_pattern_is_given_by_whoever_holds_one_as_wide(world: World) -> None:
    """All that `payments.*` stands for today is less than what it will stand for, where it extends by itself."""
    harmless = [str(one) for one in PaymentsPermission if one.rpartition(".")[2] in ("list", "view")]
    everything = await define_role(world.client, world.admin, "everything_in_payments", harmless)
    extends = [{"pattern": "payments.deposit.*", "auto_extend": True}]
    pattern = await define_lines(world, "every_deposit", extends)
    carol, _ = await world.colleague("carol@example.com")
    for held, expected in ((everything, 403), (pattern, 201)):
        await assign(world.client, world.admin, world.manager_id, held, [world.mine])
        answer = await assign(world.client, await enter_again(world), carol, pattern, [world.mine])
        assert answer.status_code == expected, answer.text


@pytest.mark.parametrize(
    ("permissions", "expected"), [(["*"], 403), ([DEPOSITS], 403), (["security.*"], 403), ([P.STAFF_LIST], 201)]
)
async def test_nobody_gives_a_permission_they_do_not_hold(world: World, permissions: list[str], expected: int) -> None:
    role_id = await define_role(world.client, world.admin, "given", permissions)
    carol, _ = await world.colleague("carol@example.com")
    answer = await assign(world.client, world.manager, carol, role_id, [world.mine])
    assert answer.status_code == expected, answer.text
    if expected == 403:
        assert answer.json()["code"] == "beyond_own_access"


async def test_what_is_held_at_one_casino_is_not_given_at_another_where_less_is_held(world: World) -> None:
    narrow = await define_role(world.client, world.admin, "assigner", [P.ROLE_ASSIGN])
    cashier = await define_role(world.client, world.admin, "cashier", [DEPOSITS])
    for role_id, casinos in ((narrow, [world.mine, world.theirs]), (cashier, [world.mine])):
        assert (await assign(world.client, world.admin, world.manager_id, role_id, casinos)).status_code == 201
    tokens = await enter_again(world)
    carol, _ = await world.colleague("carol@example.com")
    for casinos, expected in (([world.theirs], 403), ([world.mine, world.theirs], 403), ([world.mine], 201)):
        assert (await assign(world.client, tokens, carol, cashier, casinos)).status_code == expected


@pytest.mark.parametrize(("where", "expected"), [("mine", 200), ("theirs", 404), ("both", 404), ("everywhere", 404)])
async def test_a_role_is_taken_away_by_whoever_manages_all_its_casinos(world: World, where: str, expected: int) -> None:
    carol, [held] = await world.colleague("carol@example.com", casinos(world, where))
    answer = await world.ask("DELETE", f"/staff/{carol}/assignments/{held}")
    assert answer.status_code == expected, answer.text


@pytest.mark.parametrize(
    ("where", "expected"),
    [(["mine"], 200), (["theirs"], 404), (["mine", "theirs"], 403), (["everywhere"], 404), ([], 404)],
    ids=str,
)
async def test_a_colleague_is_disabled_by_whoever_manages_all_their_casinos(
    world: World, where: list[str], expected: int
) -> None:
    carol, _ = await world.colleague("carol@example.com", *(casinos(world, one) for one in where))
    answer = await world.ask("POST", f"/staff/{carol}/disable", WHY)
    assert answer.status_code == expected, answer.text
    by_admin = await world.client.post(
        f"{V1}/staff/{carol}/disable", json=WHY, headers={**bearer(world.admin), **key()}
    )
    assert by_admin.status_code == 200


async def test_a_manager_sees_the_colleagues_of_his_casino_and_what_they_hold_there(world: World) -> None:
    carol, [at_mine, _] = await world.colleague("carol@example.com", [world.mine], [world.theirs])
    dave, _ = await world.colleague("dave@example.com", [world.theirs])
    listed = (await world.ask("GET", "/staff")).json()
    assert {one["staff_id"] for one in listed} == {carol, world.manager_id}
    shown = (await world.ask("GET", f"/staff/{carol}")).json()
    assert [one["assignment_id"] for one in shown["assignments"]] == [at_mine]
    assert (await world.ask("GET", f"/staff/{dave}")).status_code == 404


async def test_a_manager_adds_a_colleague_who_may_do_nothing_until_given_a_role(world: World) -> None:
    eve = await add_colleague(world.client, world.manager, "eve@example.com")
    assert (
        await assign(world.client, world.manager, eve["staff_id"], world.role_id, [world.theirs])
    ).status_code == 422
    assert (await assign(world.client, world.manager, eve["staff_id"], world.role_id, [world.mine])).status_code == 201


def casinos(world: World, where: str) -> list[str]:
    known = {"mine": [world.mine], "theirs": [world.theirs], "both": [world.mine, world.theirs], "everywhere": ["*"]}
    return known[where]


async def define_lines(world: World, name: str, grants: list[dict[str, Any]]) -> str:
    body = {"name": name, "grants": grants}
    answer = await world.client.post(f"{V1}/roles", json=body, headers={**bearer(world.admin), **key()})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["role_id"])


async def enter_again(world: World) -> str:
    """The manager's next token."""
    return str((await log_in(world.client, "bob@example.com", PASSWORD)).json()["access_token"])


async def test_a_manager_sees_no_conflict_of_duties_that_takes_another_casino(
    world: World, service: Service, clock: FixedClock
) -> None:
    sees = await define_role(world.client, world.admin, "sees", [P.CONFLICT_LIST])
    await assign(world.client, world.admin, world.manager_id, sees, [world.mine])
    approves = await define_role(world.client, world.admin, "approves", [PaymentsPermission.WITHDRAWAL_APPROVE])
    sets = await define_role(world.client, world.admin, "sets", [PaymentsPermission.POLICY_SET])
    staff_id, _ = await world.colleague("carol@example.com", [world.mine])
    for role in (approves, sets):
        given = await assign(
            world.client, world.admin, staff_id, role, [world.theirs], conflict_override="a merger nobody knows of"
        )
        assert given.status_code == 201, given.text
    await service.application.transact(duties.look, Context.system("tests", clock))
    path = f"/sod-conflicts?staff_id=eq.{staff_id}"
    assert len((await world.client.get(f"{V1}{path}", headers=bearer(world.admin))).json()) == 1
    assert (await world.ask("GET", path)).json() == []


async def test_who_manages_programs_gives_no_key_to_one_that_may_do_more(world: World) -> None:
    program = await register(world.client, world.admin, Program.new(), addresses=["203.0.113.0/24"])
    feed = await define_role(world.client, world.admin, "feed", [DEPOSITS])
    path, headers = f"{V1}/clients/{program.client_id}", {**bearer(world.admin), **key()}
    body = {"role_id": feed, "casinos": [CASINO], "reason": "by contract"}
    assert (await world.client.post(f"{path}/assignments", json=body, headers=headers)).status_code == 201
    manages = await define_role(world.client, world.admin, "manages_programs", [P.CLIENT_MANAGE])
    eve = await add_colleague(world.client, world.admin, "eve@example.com")
    await assign(world.client, world.admin, eve["staff_id"], manages, ["*"])
    token = (await enter(world.client, eve["login"], eve["one_time_password"]))["access_token"]
    own = Program.new(client_id=program.client_id)
    for method, what, sent in (
        ("POST", "keys", {"jwk": own.jwk, "reason": "rotation"}),
        ("PUT", "terms", terms(addresses=[])),
        ("POST", "enable", WHY),
    ):
        if what == "enable":
            await world.client.post(f"{path}/disable", json=WHY, headers=bearer(world.admin))
        answer = await world.client.request(method, f"{path}/{what}", json=sent, headers={**bearer(token), **key()})
        problem(answer, 403, "beyond_own_access")
    assert (await ask(world.client, own.assertion())).status_code in (400, 401)


async def test_why_somebody_holds_a_role_is_for_whoever_lists_that(world: World) -> None:
    staff_id, _ = await world.colleague("carol@example.com", [world.mine])
    page = f"{V1}/staff/{staff_id}"
    for token, why in ((world.admin, "joined the team"), (world.manager, None)):
        [held] = (await world.client.get(page, headers=bearer(token))).json()["assignments"]
        assert (held["role_id"], held["reason"], held["override"]) == (world.role_id, why, None)

"""Versions of roles: drafted, tried, published, compared, retired; and what is no line of a role."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from services.security.tests.component.api import V1, add_colleague, assign, define_role, key, publish_version

from chassis.auth.policy.model import PermissionMeta
from chassis.runtime import Service
from chassis.store import Context, UnitOfWork
from chassis.testing.feed import Feed
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer
from contracts.platform.events import DecisionCount, DecisionsCounted, DeclaredPermission, PermissionManifestPublished
from security.adapters import catalogue, usage
from security.entrypoints.commands import make_seed_roles

DEPOSITS, APPROVE, BALANCE = "payments.deposit.list", "payments.withdrawal.approve", "payments.balance.view"
CASINO = str(uuid4())


@pytest.fixture
async def admin(client: httpx.AsyncClient, administrator: dict[str, Any]) -> str:
    return str(administrator["access_token"])


async def ask(client: httpx.AsyncClient, token: str, method: str, path: str, body: Any = None) -> httpx.Response:
    return await client.request(method, f"{V1}{path}", json=body, headers={**bearer(token), **key()})


async def test_a_version_is_drafted_published_and_compared(client: httpx.AsyncClient, admin: str) -> None:
    role_id = await define_role(client, admin, "cashier", [DEPOSITS, BALANCE])
    lines = [
        {"pattern": DEPOSITS, "casinos": [CASINO], "modes": {"financial": "mask"}},
        {"pattern": APPROVE, "ceilings": {"EUR": 500_00}},
        {"pattern": BALANCE, "effect": "deny"},
    ]
    drafted = await ask(client, admin, "PUT", f"/roles/{role_id}/draft", {"grants": lines})
    assert drafted.status_code == 200, drafted.text
    before = (await ask(client, admin, "GET", f"/roles/{role_id}")).json()
    assert (before["current"]["version"], len(before["draft"])) == (1, 3)
    assert (await publish_version(client, admin, role_id)).json()["version"] == 2
    after = (await ask(client, admin, "GET", f"/roles/{role_id}")).json()
    assert (after["current"]["version"], after["draft"]) == (2, None)
    assert after["current"]["grants"][1]["ceilings"] == {"EUR": 500_00}
    first = (await ask(client, admin, "GET", f"/roles/{role_id}/versions/1")).json()
    assert [one["pattern"] for one in first["grants"]] == [BALANCE, DEPOSITS]
    listed = (await ask(client, admin, "GET", f"/roles/{role_id}/versions")).json()
    assert [(one["version"], one["permissions"]) for one in listed] == [
        (2, [DEPOSITS, APPROVE]),
        (1, [BALANCE, DEPOSITS]),
    ]
    found = (await ask(client, admin, "GET", f"/roles/{role_id}/versions?permissions=cs.{{{APPROVE}}}")).json()
    assert [one["version"] for one in found] == [2]
    diff = (await ask(client, admin, "GET", f"/roles/{role_id}/diff?before=1&after=2")).json()
    assert diff["permissions_added"] == {"*": [APPROVE]}
    assert diff["permissions_removed"] == {"*": [BALANCE, DEPOSITS], CASINO: [BALANCE]}
    assert len(diff["grants_added"]) == 3
    assert len(diff["grants_removed"]) == 2


async def test_the_list_of_roles_is_a_list(client: httpx.AsyncClient, admin: str) -> None:
    await define_role(client, admin, "cashier", [DEPOSITS])
    [role] = (await ask(client, admin, "GET", "/roles?name=eq.cashier")).json()
    assert (role["status"], role["version"], role["permissions"], role["warnings"]) == ("active", 1, [DEPOSITS], [])
    page = await ask(client, admin, "GET", "/roles?limit=3&order=name.asc")
    assert len(page.json()) == 3
    assert "next" in page.links


async def test_a_permission_that_is_gone_warns(client: httpx.AsyncClient, service: Service, admin: str) -> None:
    role_id = await define_role(client, admin, "cashier", [DEPOSITS, BALANCE])

    async def work(uow: UnitOfWork) -> None:
        await catalogue.take(uow, PermissionManifestPublished(service="payments", permissions=()))

    await service.application.transact(work, Context.system("tests", service.application.clock))
    assert (await ask(client, admin, "GET", f"/roles/{role_id}")).json()["warnings"] == [BALANCE, DEPOSITS]
    [listed] = (await ask(client, admin, "GET", "/roles?name=eq.cashier")).json()
    assert listed["warnings"] == [BALANCE, DEPOSITS]
    refused = await ask(client, admin, "POST", "/roles", {"name": "other", "permissions": [DEPOSITS]})
    problem(refused, 422, "permission_unknown")


async def test_a_role_is_retired_when_nobody_holds_it(client: httpx.AsyncClient, admin: str) -> None:
    role_id, why = await define_role(client, admin, "cashier", [DEPOSITS]), {"reason": "not needed"}
    bob = await add_colleague(client, admin)
    given = (await assign(client, admin, bob["staff_id"], role_id, [CASINO])).json()["assignment_id"]
    problem(await ask(client, admin, "POST", f"/roles/{role_id}/retire", why), 409, "role_in_use")
    assert (await ask(client, admin, "DELETE", f"/staff/{bob['staff_id']}/assignments/{given}")).status_code == 200
    assert (await ask(client, admin, "POST", f"/roles/{role_id}/retire", why)).status_code == 200
    problem(await assign(client, admin, bob["staff_id"], role_id, [CASINO]), 409, "role_is_retired")
    problem(await publish_version(client, admin, role_id, permissions=[BALANCE]), 409, "role_is_retired")


async def test_a_ceiling_is_for_what_has_amounts(client: httpx.AsyncClient, admin: str) -> None:
    lines = [{"pattern": APPROVE}, {"pattern": DEPOSITS, "ceilings": {"EUR": 500}}]
    refused = await ask(client, admin, "POST", "/roles", {"name": "cashier", "grants": lines})
    assert list(fields(problem(refused, 422, "ceiling_without_amounts"))) == ["grants.1.ceilings"]
    role_id = await define_role(client, admin, "cashier", [DEPOSITS])
    drafted = await ask(client, admin, "PUT", f"/roles/{role_id}/draft", {"grants": lines})
    problem(drafted, 422, "ceiling_without_amounts")
    published = await ask(client, admin, "POST", f"/roles/{role_id}/versions", {"grants": lines, "reason": "less"})
    problem(published, 422, "ceiling_without_amounts")


async def test_a_ceiling_is_in_a_currency_there_is(client: httpx.AsyncClient, admin: str) -> None:
    body = {"name": "cashier", "grants": [{"pattern": APPROVE, "ceilings": {"XXX": 500}}]}
    refused = await ask(client, admin, "POST", "/roles", body)
    assert next(iter(fields(problem(refused, 422, "invalid_request")))).startswith("grants[0].ceilings.XXX")


async def test_of_a_pattern_a_ceiling_limits_what_has_amounts_and_the_rest_is_named(
    client: httpx.AsyncClient, admin: str
) -> None:
    lines = [{"pattern": "payments.withdrawal.*", "ceilings": {"EUR": 500}}]
    made = (await ask(client, admin, "POST", "/roles", {"name": "cashier", "grants": lines})).json()
    assert made["unlimited"]
    assert {APPROVE}.isdisjoint(made["unlimited"])
    [reach] = (await ask(client, admin, "GET", f"/roles/{made['role_id']}")).json()["current"]["reach"]
    assert reach["unlimited"] == made["unlimited"] == [one for one in reach["permissions"] if one != APPROVE]
    nothing = [{"pattern": "reports.*", "ceilings": {"EUR": 500}}]
    problem(
        await ask(client, admin, "POST", "/roles", {"name": "other", "grants": nothing}), 422, "ceiling_without_amounts"
    )


async def test_what_nobody_declared_yet_may_have_amounts(service: Service) -> None:
    """An installation makes its roles when it begins, before the other services said anything."""
    assert await make_seed_roles(service, []) == 0


BAD_LINES: list[tuple[Any, str]] = [
    ({"permissions": ["payments.deposit.lisst"]}, "permission_unknown"),
    ({"permissions": ["payments.dep*"]}, "invalid"),
    ({"permissions": ["*.list"]}, "invalid"),
    ({"permissions": []}, "invalid"),
    ({"permissions": [DEPOSITS] * 301}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS}] * 301}, "invalid"),
    ({}, "invalid"),
    ({"permissions": [DEPOSITS], "grants": [{"pattern": DEPOSITS}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "effect": "maybe"}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "casinos": ["Malta"]}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "casinos": []}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "modes": {"secrets": "clear"}}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "modes": {"financial": "open"}}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "ceilings": {"EUR": -1}}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "ceilings": {"EUR": 1.5}}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "ceilings": {"euro": 1}}]}, "invalid"),
    ({"grants": [{"pattern": DEPOSITS, "effect": "deny", "auto_extend": True}]}, "grant_invalid"),
]


async def test_what_is_no_line_of_a_role_is_refused(client: httpx.AsyncClient, admin: str) -> None:
    for number, (lines, code) in enumerate(BAD_LINES):
        answer = await ask(client, admin, "POST", "/roles", {"name": f"role_{number}", **lines})
        assert answer.status_code == 422, (lines, answer.text)
        if code != "invalid":
            assert answer.json()["code"] == code, lines


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, admin: str) -> None:
    role_id = await define_role(client, admin, "cashier", [DEPOSITS])
    for path in (f"/roles/{uuid4()}", f"/roles/{role_id}/versions/9", f"/roles/{role_id}/diff?before=1&after=2"):
        problem(await ask(client, admin, "GET", path), 404, "not_found")
    for path in (f"/roles/{role_id}/simulations", f"/roles/{role_id}/versions"):
        problem(
            await ask(client, admin, "POST", path, {"reason": "why not"} if "ver" in path else {}),
            409,
            "nothing_drafted",
        )


async def test_a_pattern_gives_nothing_critical(client: httpx.AsyncClient, admin: str) -> None:
    role_id = await define_role(client, admin, "everything_in_payments", ["payments.*"])
    [reach] = (await ask(client, admin, "GET", f"/roles/{role_id}")).json()["current"]["reach"]
    assert DEPOSITS in reach["permissions"]
    assert "payments.policy.set" not in reach["permissions"]


async def test_what_a_role_is_read_as_can_be_sent_back(client: httpx.AsyncClient, admin: str) -> None:
    lines = [
        {"pattern": "payments.withdrawal.*", "ceilings": {"EUR": 500}, "auto_extend": True},
        {"pattern": DEPOSITS, "casinos": [str(CASINO)], "modes": {"financial": "clear", "pii_basic": "mask"}},
        {"pattern": "payments.deposit.*", "effect": "deny", "casinos": [str(uuid4())]},
    ]
    made = await ask(client, admin, "POST", "/roles", {"name": "cashier", "description": "pays", "grants": lines})
    path = f"/roles/{made.json()['role_id']}"
    first = (await ask(client, admin, "GET", f"{path}/versions/1")).json()
    drafted = await ask(client, admin, "PUT", f"{path}/draft", {"grants": first["grants"]})
    assert drafted.status_code == 200, drafted.text
    role = (await ask(client, admin, "GET", path)).json()
    assert (role["draft"], role["draft_reach"]) == (first["grants"], first["reach"])
    again = {**{name: first[name] for name in ("grants", "owner", "review_by")}, "description": "pays out"}
    published = await ask(client, admin, "POST", f"{path}/versions", {**again, "reason": "it says more"})
    assert published.status_code == 201, published.text
    second = (await ask(client, admin, "GET", f"{path}/versions/2")).json()
    assert second == {**first, "version": 2, "description": "pays out"}
    diff = (await ask(client, admin, "GET", f"{path}/diff?before=1&after=2")).json()
    assert not any(diff.values())
    wrong = {**first["grants"][0], "permissions": [DEPOSITS]}
    refused = await ask(client, admin, "PUT", f"{path}/draft", {"grants": [wrong]})
    assert list(fields(problem(refused, 422, "invalid_request"))) == ["grants[0].permissions"]


async def test_a_simulation_says_who_loses_what_he_used(
    client: httpx.AsyncClient, service: Service, admin: str
) -> None:
    role_id = await define_role(client, admin, "cashier", [DEPOSITS, BALANCE])
    other = await define_role(client, admin, "looks", [BALANCE])
    bob, carol = [await add_colleague(client, admin, f"{name}@example.com") for name in ("bob", "carol")]
    for staff_id in (bob["staff_id"], carol["staff_id"]):
        assert (await assign(client, admin, staff_id, role_id, [CASINO])).status_code == 201
    assert (await assign(client, admin, carol["staff_id"], other, [CASINO])).status_code == 201
    await used(service, bob["staff_id"], DEPOSITS, 7)
    await used(service, bob["staff_id"], BALANCE, 4)
    await used(service, carol["staff_id"], BALANCE, 100)
    await used(service, bob["staff_id"], APPROVE, 3, outcome="deny")
    tried = await ask(client, admin, "POST", f"/roles/{role_id}/simulations", {"permissions": [APPROVE]})
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert (found["holders"], found["people_losing"], found["permissions_lost"], found["used"]) == (2, 2, 2, 11)
    assert (found["people_gaining"], found["permissions_gained"], found["refused_until_now"]) == (2, 1, 3)
    losses = {(one["staff_id"], one["permission"]): (one["casinos"], one["used"]) for one in found["losses"]}
    assert losses == {
        (bob["staff_id"], DEPOSITS): ([CASINO], 7),
        (bob["staff_id"], BALANCE): ([CASINO], 4),
        (carol["staff_id"], DEPOSITS): ([CASINO], 0),
    }
    assert (await ask(client, admin, "GET", f"/roles/{role_id}")).json()["current"]["version"] == 1


async def used(service: Service, staff_id: str, permission: str, count: int, outcome: Any = "allow") -> None:
    fact = DecisionsCounted(
        service="payments",
        counted_at=datetime.now(UTC),
        counts=(
            DecisionCount(
                subject_id=UUID(staff_id), permission=permission, casino_id=UUID(CASINO), outcome=outcome, count=count
            ),
        ),
    )

    async def work(uow: UnitOfWork) -> None:
        await usage.add(uow, fact)

    await service.application.transact(work, Context.system("tests", service.application.clock))


async def test_the_seed_roles_are_there_once(
    client: httpx.AsyncClient, service: Service, admin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await make_seed_roles(service, []) == 0
    assert "Every seed role is there" in capsys.readouterr().out
    roles = (await ask(client, admin, "GET", "/roles?limit=200")).json()
    names = {one["name"] for one in roles}
    assert len(names) == len(roles) == 17
    assert {"support_l1", "aml_officer", "breakglass", "compliance_audit", "iam_admin"} <= names
    assert [one["name"] for one in roles if one["break_glass"]] == ["breakglass"]


async def test_the_auditors_write_nothing_and_access_managers_hold_no_money(
    client: httpx.AsyncClient, admin: str
) -> None:
    roles = {one["name"]: one for one in (await ask(client, admin, "GET", "/roles?limit=200")).json()}
    reads = {"list", "view", "view_evidence", "view_reason", "view_file", "explain", "request", "export"}
    assert {name.rpartition(".")[2] for name in roles["compliance_audit"]["permissions"]} <= reads
    assert not {name for name in roles["iam_admin"]["permissions"] if name.startswith(("payments.", "games."))}


async def test_a_service_declares_its_own_permissions_alone(client: httpx.AsyncClient, service: Service) -> None:
    async def meta(name: str) -> PermissionMeta:
        async with service.db.read() as connection:
            return (await catalogue.metas(connection))[name]

    before = await meta("security.role.assign")
    lie = DeclaredPermission(id="security.role.assign", title="Nothing much", risk="low")
    for said in (
        PermissionManifestPublished(service="games", permissions=(lie,)),
        PermissionManifestPublished(service="security", permissions=(lie,)),
    ):
        await Feed(service)(said, source="/pitboss/games")
    assert await meta("security.role.assign") == before

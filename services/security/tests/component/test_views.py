"""Saved views of security's lists, by the roles that security itself gives out and takes away."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.testing.tokens import bearer
from contracts.security.permissions import SecurityPermission as P

from .api import V1, add_colleague, assign, define_role, enter, key

ROLES = f"{V1}/roles"
ACTIVE = {"f": "status", "op": "eq", "v": "active"}


@dataclass
class Person:
    """Somebody of the staff who has logged in."""

    client: httpx.AsyncClient
    id: str
    token: str

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**bearer(self.token), **key(), "If-Match": "*"}
        return await self.client.request(method, path, headers=headers, **more)

    async def keep(self, **body: Any) -> httpx.Response:
        return await self.ask("POST", f"{V1}/views", json={"list": ROLES, "name": "Active", "filter": ACTIVE, **body})

    async def names(self) -> list[str]:
        return [one["name"] for one in (await self.ask("GET", f"{V1}/views")).json()]


@dataclass
class Desk:
    """An administrator, a role that may share views of the roles at one casino, and who holds it."""

    admin: Person
    role_id: str
    casino: str
    assignments: dict[str, str]

    async def hire(self, login: str, role_id: str, *casinos: str) -> Person:
        client, token = self.admin.client, self.admin.token
        added = await add_colleague(client, token, login)
        given = await assign(client, token, added["staff_id"], role_id, list(casinos or [self.casino]))
        assert given.status_code == 201, given.text
        self.assignments[added["staff_id"]] = given.json()["assignment_id"]
        entered = await enter(client, login, added["one_time_password"])
        return Person(client, added["staff_id"], entered["access_token"])


@pytest.fixture
async def desk(client: httpx.AsyncClient, administrator: dict[str, Any]) -> Desk:
    admin = Person(client, administrator["subject_id"], administrator["access_token"])
    role_id = await define_role(client, admin.token, "desk", [P.ROLE_LIST, P.VIEW_SHARE])
    return Desk(admin, role_id, str(uuid4()), {})


async def test_a_view_of_a_role_comes_and_goes_with_the_role(desk: Desk) -> None:
    bob, carol = [await desk.hire(f"{one}@example.com", desk.role_id) for one in ("bob", "carol")]
    reader = await define_role(desk.admin.client, desk.admin.token, "reader", [P.ROLE_LIST])
    await assign(desk.admin.client, desk.admin.token, carol.id, reader, [desk.casino])
    kept = await bob.keep(visibility="role", role_id=desk.role_id, casino_id=desk.casino)
    assert kept.status_code == 201, kept.text
    view = f"{ROLES}?view={kept.json()['id']}"
    assert (await carol.names(), (await carol.ask("GET", view)).status_code) == (["Active"], 200)
    path = f"{V1}/staff/{carol.id}/assignments/{desk.assignments[carol.id]}"
    assert (await desk.admin.ask("DELETE", path)).status_code == 200
    assert await carol.names() == []
    gone = await carol.ask("GET", view)
    assert (gone.status_code, gone.json()["code"]) == (404, "LST_NO_SUCH_VIEW")


async def test_a_denial_of_the_list_hides_its_views(desk: Desk) -> None:
    bob = await desk.hire("bob@example.com", desk.role_id)
    view = (await bob.keep()).json()["id"]
    body = {"name": "kept_out", "grants": [{"pattern": P.ROLE_LIST, "effect": "deny"}]}
    kept_out = (await desk.admin.ask("POST", ROLES, json=body)).json()["role_id"]
    await assign(desk.admin.client, desk.admin.token, bob.id, kept_out, [desk.casino])
    assert await bob.names() == []
    assert (await bob.ask("GET", f"{ROLES}?view={view}")).status_code == 403
    assert (await bob.ask("GET", f"{V1}/views/{view}")).status_code == 404
    assert (await bob.keep()).status_code == 403


async def test_a_view_of_one_casino_is_not_for_staff_of_another(desk: Desk) -> None:
    bob, carol = (
        await desk.hire("bob@example.com", desk.role_id),
        await desk.hire("c@x.com", desk.role_id, str(uuid4())),
    )
    assert (await bob.keep(visibility="casino", casino_id=desk.casino)).status_code == 201
    assert (await bob.names(), await carol.names()) == (["Active"], [])
    for target in ({"visibility": "casino"}, {"visibility": "role", "role_id": desk.role_id}):
        answer = await carol.keep(casino_id=desk.casino, **target)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

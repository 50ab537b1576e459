"""Roles and who holds them, as the tokens carry them."""

from typing import Any
from uuid import uuid4

import httpx

from chassis.auth.tokens import TokenVerifier
from chassis.runtime import Service
from chassis.testing.tokens import bearer
from contracts.payments.permissions import PaymentsPermission

from .api import V1, add_colleague, assign, define_role, enter, key, log_in

ADMIN = "admin@example.com"
LIST = PaymentsPermission.DEPOSIT_LIST


async def test_a_role_at_one_casino_is_in_the_token_for_that_casino_alone(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any]
) -> None:
    admin = administrator["access_token"]
    bob, mine, theirs = await add_colleague(client, admin), uuid4(), uuid4()
    role_id = await define_role(client, admin, "cashier", ["payments.deposit.*"])
    assert (await assign(client, admin, bob["staff_id"], role_id, [str(mine)])).status_code == 201
    tokens = await enter(client, bob["login"], bob["one_time_password"])
    verifier = service.verifier
    assert isinstance(verifier, TokenVerifier)
    caller = (await verifier.verify(tokens["access_token"])).by(service.policy)
    assert caller.may(LIST, mine)
    assert not caller.may(LIST, theirs)
    assert not caller.may("security.staff.list")


async def test_a_role_taken_away_is_gone_from_the_next_token(
    client: httpx.AsyncClient, administrator: dict[str, Any]
) -> None:
    admin = administrator["access_token"]
    bob = await add_colleague(client, admin)
    role_id = await define_role(client, admin, "people", ["security.staff.list"])
    assignment = (await assign(client, admin, bob["staff_id"], role_id, ["*"])).json()["assignment_id"]
    tokens = await enter(client, bob["login"], bob["one_time_password"])
    assert (await client.get(f"{V1}/staff", headers=bearer(tokens["access_token"]))).status_code == 200
    gone = await client.delete(f"{V1}/staff/{bob['staff_id']}/assignments/{assignment}", headers=bearer(admin))
    assert gone.status_code == 200
    after = await client.post(f"{V1}/staff-sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    refused = await client.get(f"{V1}/staff", headers=bearer(after.json()["access_token"]))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_nobody_gives_themselves_a_role(client: httpx.AsyncClient, administrator: dict[str, Any]) -> None:
    admin = administrator["access_token"]
    role_id = await define_role(client, admin, "people", ["security.staff.list"])
    answer = await assign(client, admin, administrator["subject_id"], role_id, ["*"])
    assert (answer.status_code, answer.json()["code"]) == (409, "own_access")


async def test_a_manager_of_one_casino_gives_no_access_to_another(
    client: httpx.AsyncClient, administrator: dict[str, Any]
) -> None:
    admin = administrator["access_token"]
    bob, carol = await add_colleague(client, admin), await add_colleague(client, admin, "carol@example.com")
    role_id = await define_role(client, admin, "manager", ["security.role.assign", "security.staff.list"])
    mine, theirs = str(uuid4()), str(uuid4())
    await assign(client, admin, bob["staff_id"], role_id, [mine])
    manager = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    for casinos, expected in (([theirs], 422), (["*"], 422), ([mine], 201)):
        assert (await assign(client, manager, carol["staff_id"], role_id, casinos)).status_code == expected


async def test_a_login_and_a_role_name_are_taken_once(client: httpx.AsyncClient, administrator: dict[str, Any]) -> None:
    admin = administrator["access_token"]
    await add_colleague(client, admin)
    body = {"login": "BOB@example.com", "name": "Another Bob"}
    again = await client.post(f"{V1}/staff", json=body, headers={**bearer(admin), **key()})
    assert (again.status_code, again.json()["code"]) == (409, "staff_member_exists")
    await define_role(client, admin, "cashier", [LIST])
    twin = {"name": "cashier", "permissions": [LIST]}
    refused = await client.post(f"{V1}/roles", json=twin, headers={**bearer(admin), **key()})
    assert (refused.status_code, refused.json()["code"]) == (409, "role_exists")


async def test_a_repeated_request_adds_one_colleague_and_hides_the_password(
    client: httpx.AsyncClient, administrator: dict[str, Any]
) -> None:
    admin = administrator["access_token"]
    headers, body = {**bearer(admin), **key()}, {"login": "bob@example.com", "name": "Bob"}
    first, second = [await client.post(f"{V1}/staff", json=body, headers=headers) for _ in range(2)]
    assert first.json()["one_time_password"]
    assert second.json()["one_time_password"] is None
    assert first.json()["staff_id"] == second.json()["staff_id"]


async def test_keys_are_public_and_rotate_without_breaking_tokens(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any]
) -> None:
    before = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert all("d" not in key for key in before)
    await service.state["keys"].rotate()
    after = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert {key["kid"] for key in before} < {key["kid"] for key in after}
    assert (await client.get(f"{V1}/staff", headers=bearer(administrator["access_token"]))).status_code == 200
    assert (await log_in(client, ADMIN, "wrong")).status_code == 401

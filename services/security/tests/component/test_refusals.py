"""What staff and players may not do with their own access, and requests about nothing."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.runtime import Service
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer

from .api import PASSWORD, V1, add_colleague, assign, define_role, key, log_in
from .test_players import RIGHT, Casino

ADMIN = "admin@example.com"


@pytest.fixture
async def admin(client: httpx.AsyncClient, administrator: dict[str, Any]) -> dict[str, str]:
    return bearer(administrator["access_token"])


async def change(client: httpx.AsyncClient, headers: dict[str, str], current: str, new: str) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await client.post(f"{V1}/staff/me/password", json=body, headers=headers)


async def test_the_password_in_use_is_no_new_one(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    problem(await change(client, admin, PASSWORD, PASSWORD), 422, "password_too_weak")
    assert (await log_in(client, ADMIN, PASSWORD)).status_code == 200


async def test_a_disabled_colleague_changes_no_password_though_the_token_lives(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    bob = await add_colleague(client, admin["Authorization"].removeprefix("Bearer "))
    token = (await log_in(client, bob["login"], bob["one_time_password"])).json()["access_token"]
    path, body = f"{V1}/staff/{bob['staff_id']}/disable", {"reason": "left the company"}
    assert (await client.post(path, json=body, headers={**admin, **key()})).status_code == 200
    answer = await change(client, bearer(token), bob["one_time_password"], PASSWORD)
    problem(answer, 401, "unauthenticated")


async def test_nobody_disables_himself(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    [me] = (await client.get(f"{V1}/staff", headers=admin)).json()
    path, body = f"{V1}/staff/{me['staff_id']}/disable", {"reason": "had enough of it"}
    problem(await client.post(path, json=body, headers={**admin, **key()}), 409, "own_access")


async def test_nobody_changes_a_role_of_his_own(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    [role] = (await client.get(f"{V1}/roles?name=eq.administrator", headers=admin)).json()
    body = {"permissions": ["security.staff.list"], "reason": "less will do"}
    path = f"{V1}/roles/{role['role_id']}/versions"
    problem(await client.post(path, json=body, headers={**admin, **key()}), 409, "own_access")


@pytest.mark.parametrize(
    ("casinos", "field"),
    [(["Malta"], "casinos"), (["*", str(UUID(int=1))], "casinos"), ([], "casinos")],
    ids=["no id", "all and one", "none"],
)
async def test_a_role_is_given_at_casinos_or_everywhere(
    client: httpx.AsyncClient, admin: dict[str, str], casinos: list[str], field: str
) -> None:
    token = admin["Authorization"].removeprefix("Bearer ")
    bob = await add_colleague(client, token)
    role_id = await define_role(client, token, "people", ["security.staff.list"])
    answer = await assign(client, token, bob["staff_id"], role_id, casinos)
    assert answer.status_code == 422
    assert list(fields(answer.json())) == [field]


async def test_a_role_that_does_not_exist_is_not_given(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    token = admin["Authorization"].removeprefix("Bearer ")
    bob = await add_colleague(client, token)
    answer = await assign(client, token, bob["staff_id"], str(uuid4()), ["*"])
    assert list(fields(problem(answer, 404, "not_found"))) == ["role_id"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"staff/{uuid4()}", None),
        ("POST", f"staff/{uuid4()}/disable", {"reason": "left the company"}),
        ("DELETE", f"staff/{uuid4()}/assignments/{uuid4()}", None),
        ("POST", f"roles/{uuid4()}/versions", {"permissions": ["security.staff.list"], "reason": "needed"}),
    ],
    ids=["a colleague", "his access", "his role", "a role"],
)
async def test_what_does_not_exist_is_not_found(
    client: httpx.AsyncClient, admin: dict[str, str], method: str, path: str, body: Any
) -> None:
    answer = await client.request(method, f"{V1}/{path}", json=body, headers={**admin, **key()})
    problem(answer, 404, "not_found")


async def test_a_player_logs_out(client: httpx.AsyncClient, service: Service) -> None:
    casino, ann = Casino(client, service), uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    tokens = (await casino.log_in(RIGHT)).json()
    gone = await client.delete(f"{V1}/player-sessions/current", headers=bearer(tokens["access_token"]))
    assert gone.status_code == 200
    refresh = {"refresh_token": tokens["refresh_token"]}
    problem(await client.post(f"{V1}/player-sessions/refresh", json=refresh), 401, "session_over")

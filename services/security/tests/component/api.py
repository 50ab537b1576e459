"""The few calls that most tests of security begin with."""

from contextlib import redirect_stdout
from io import StringIO
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import httpx

from chassis.runtime import Service
from chassis.store import Context, UnitOfWork
from chassis.testing.tokens import bearer
from contracts.platform.events import DeclaredPermission, PermissionManifestPublished, Risk
from security.adapters import catalogue

V1 = "/api/security/v1"
ADMIN = "admin@example.com"
PASSWORD = "correct horse battery staple"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def log_in(client: httpx.AsyncClient, login: str, password: str) -> httpx.Response:
    return await client.post(f"{V1}/staff-sessions", json={"login": login, "password": password})


async def enter(client: httpx.AsyncClient, login: str, one_time: str, password: str = PASSWORD) -> dict[str, Any]:
    """First log-in, the forced change of the password, and the log-in after it; returns the tokens."""
    first = (await log_in(client, login, one_time)).json()
    change = {"current_password": one_time, "new_password": password}
    changed = await client.post(f"{V1}/staff/me/password", json=change, headers=bearer(first["access_token"]))
    assert changed.status_code == 200, changed.text
    tokens: dict[str, Any] = (await log_in(client, login, password)).json()
    return tokens


async def add_colleague(client: httpx.AsyncClient, token: str, login: str = "bob@example.com") -> dict[str, Any]:
    body = {"login": login, "name": "Bob"}
    answer = await client.post(f"{V1}/staff", json=body, headers={**bearer(token), **key()})
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


async def declare(service: Service) -> None:
    """What the other services' manifests would say: every permission the contracts name, some of them critical, some
    with amounts.
    """
    by_service: dict[str, list[DeclaredPermission]] = {}
    for name in sorted(catalogue.promised()):
        action = name.rpartition(".")[2]
        second = action == "approve" and name != "payments.withdrawal.approve"
        risk: Risk = "critical" if second or action in {"configure", "set", "open", "adopt", "erase"} else "normal"
        amounts = action in {"approve", "configure"}
        declared_one = DeclaredPermission(id=name, title=name, risk=risk, amounts=amounts)
        by_service.setdefault(name.partition(".")[0], []).append(declared_one)

    async def work(uow: UnitOfWork) -> None:
        for name, declared in by_service.items():
            if name != "security":
                await catalogue.take(uow, PermissionManifestPublished(service=name, permissions=tuple(declared)))

    await service.application.transact(work, Context.system("tests", service.application.clock))


async def define_role(client: httpx.AsyncClient, token: str, name: str, permissions: list[str]) -> str:
    body = {"name": name, "permissions": permissions}
    answer = await client.post(f"{V1}/roles", json=body, headers={**bearer(token), **key()})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["role_id"])


async def assign(
    client: httpx.AsyncClient, token: str, staff_id: str, role_id: str, casinos: list[str], **more: Any
) -> httpx.Response:
    body = {"role_id": role_id, "casinos": casinos, "reason": "joined the team", **more}
    path = f"{V1}/staff/{staff_id}/assignments"
    answer = await client.post(path, json=body, headers={**bearer(token), **key()})
    if answer.status_code != 202:
        return answer
    await approve(client, answer.json())
    person = (await client.get(f"{V1}/staff/{staff_id}", headers=bearer(token))).json()
    [given] = [one for one in person["assignments"] if one["role_id"] == role_id][-1:]
    return httpx.Response(201, json={"assignment_id": given["assignment_id"]})


async def publish_version(
    client: httpx.AsyncClient, token: str, role_id: str, reason: str = "reviewed", **lines: Any
) -> httpx.Response:
    """A new version of a role with these `permissions` or `grants`; what takes a second person is approved."""
    body = {**lines, "reason": reason}
    answer = await client.post(f"{V1}/roles/{role_id}/versions", json=body, headers={**bearer(token), **key()})
    if answer.status_code != 202:
        return answer
    await approve(client, answer.json())
    shown = (await client.get(f"{V1}/roles/{role_id}", headers=bearer(token))).json()
    return httpx.Response(201, json={"role_id": role_id, "version": shown["current"]["version"]})


class Second:
    """A second administrator, who comes in when he is needed first: what is critical takes two people."""

    login = "second@example.com"

    def __init__(self, client: httpx.AsyncClient, service: Service) -> None:
        self._client, self._service, self._password = client, service, ""

    async def token(self) -> str:
        """A token that is fresh."""
        if self._password:
            return str((await log_in(self._client, self.login, self._password)).json()["access_token"])
        printed = StringIO()
        with redirect_stdout(printed):
            assert await self._service.commands["create-admin"](self._service, [self.login]) == 0
        tokens = await enter(self._client, self.login, printed.getvalue().strip())
        self._password = PASSWORD
        return str(tokens["access_token"])


SECONDS: WeakKeyDictionary[httpx.AsyncClient, Second] = WeakKeyDictionary()
"""By the client that asks the service."""


async def approve(client: httpx.AsyncClient, proposal: dict[str, Any]) -> dict[str, Any]:
    """The proposal after the second administrator has approved it; it was done."""
    said = {"payload_sha256": proposal["payload_sha256"]}
    path = f"{V1}/approvals/{proposal['approval_id']}/approve"
    answer = await client.post(path, json=said, headers=bearer(await SECONDS[client].token()))
    assert answer.status_code == 200, answer.text
    ended: dict[str, Any] = answer.json()
    assert ended["state"] == "executed", ended
    return ended

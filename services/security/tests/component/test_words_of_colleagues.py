"""Why colleagues did something about a player is in the audit log, for whoever may read it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PlayerBlocked
from contracts.event import ContractEvent

from .api import V1, add_colleague, assign, declare, define_role, enter

LOG, READ = "security.audit.list", "backoffice.player.view_reason"
WORDS = "suspected of laundering"
CASINO = uuid4()
BLOCKED = PlayerBlocked(player_id=uuid4(), casino_id=CASINO)


class Auditors:
    """Readers of the audit log, each with a role of his own."""

    def __init__(self, client: httpx.AsyncClient, admin: str) -> None:
        self._client, self._admin = client, admin

    async def hire(self, name: str, *permissions: str, casino: str = "*") -> str:
        """The token of somebody who reads the log, and holds this."""
        added = await add_colleague(self._client, self._admin, f"{name}@example.com")
        role_id = await define_role(self._client, self._admin, name, [LOG, *permissions])
        given = await assign(self._client, self._admin, added["staff_id"], role_id, [casino])
        assert given.status_code == 201, given.text
        tokens = await enter(self._client, f"{name}@example.com", added["one_time_password"])
        return str(tokens["access_token"])

    async def reads(self, token: str, event: ContractEvent) -> list[Any]:
        """The reasons of the entries of this type."""
        path = f"{V1}/audit?happened_at=gte.2000-01-01&type=eq.{event.type}"
        answer = await self._client.get(path, headers=bearer(token))
        assert answer.status_code == 200, answer.text
        return [one["reason"] for one in answer.json()]


@pytest.fixture
async def auditors(client: httpx.AsyncClient, service: Service, first_password: str) -> Auditors:
    await declare(service)
    return Auditors(client, (await enter(client, "admin@example.com", first_password))["access_token"])


async def test_why_a_player_was_blocked_takes_its_own_permission(auditors: Auditors, service: Service) -> None:
    await Feed(service)(BLOCKED, actorkind="staff", reason=WORDS)
    keeper, officer = await auditors.hire("keeper"), await auditors.hire("officer", READ)
    assert await auditors.reads(keeper, BLOCKED) == [None]
    assert await auditors.reads(officer, BLOCKED) == [WORDS]

"""Why colleagues did something about a player is in the audit log, for whoever may read it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PlayerBlocked
from contracts.event import ContractEvent
from contracts.platform.events import AccessRecorded, ApprovalExecuted

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
async def auditors(client: httpx.AsyncClient, service: Service, administrator: dict[str, Any]) -> Auditors:
    await declare(service)
    return Auditors(client, administrator["access_token"])


async def test_why_a_player_was_blocked_takes_its_own_permission(auditors: Auditors, service: Service) -> None:
    await Feed(service)(BLOCKED, actorkind="staff", reason=WORDS)
    keeper, officer = await auditors.hire("keeper"), await auditors.hire("officer", READ)
    assert await auditors.reads(keeper, BLOCKED) == [None]
    assert await auditors.reads(officer, BLOCKED) == [WORDS]


def started(casino: UUID | None) -> AccessRecorded:
    """Somebody has many players blocked at once; of no single casino where they are of several."""
    return AccessRecorded(
        action="bulk.started",
        permission="backoffice.player.block",
        outcome="allow",
        subject_kind="bulk_job",
        subject_id=str(uuid4()),
        casino_id=casino,
        reason_permission=READ,
    )


EXECUTED = ApprovalExecuted(
    approval_id=uuid4(),
    service="backoffice",
    casino_id=CASINO,
    requester_id=uuid4(),
    approvers=(uuid4(),),
    reason_permission=READ,
)


@pytest.mark.parametrize("event", [started(CASINO), EXECUTED], ids=["a job of many", "a proposal"])
async def test_what_is_told_of_many_players_names_who_reads_why(
    auditors: Auditors, service: Service, event: ContractEvent
) -> None:
    await Feed(service)(event, actorkind="staff", reason=WORDS)
    keeper, officer = await auditors.hire("keeper"), await auditors.hire("officer", READ, casino=str(CASINO))
    assert WORDS not in await auditors.reads(keeper, event)
    assert WORDS in await auditors.reads(officer, event)


async def test_words_about_several_casinos_take_somebody_of_the_whole_operator(
    auditors: Auditors, service: Service
) -> None:
    event = started(None)
    await Feed(service)(event, actorkind="staff", reason=WORDS)
    somewhere, everywhere = await auditors.hire("officer", READ, casino=str(CASINO)), await auditors.hire("head", READ)
    assert WORDS not in await auditors.reads(somewhere, event)
    assert WORDS in await auditors.reads(everywhere, event)

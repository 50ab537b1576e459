"""A rebuilt read model is the live one."""

from typing import Any

import httpx
from services.security.tests.component.api import PASSWORD, V1, add_colleague, assign, declare, define_role, key
from services.security.tests.component.clients_api import Program, register
from services.security.tests.component.factors import Person

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import hear
from chassis.testing.rebuilding import assert_rebuilt_as_live
from chassis.testing.tokens import bearer
from contracts.registry import consumed_by

CASINO = "0190f5fe-7c00-7a00-8000-000000000001"


async def test_rebuilt_read_models_are_the_live_ones(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any], clock: FixedClock
) -> None:
    await hear(service, *consumed_by("security"))
    await declare(service)
    token = administrator["access_token"]
    bob, eve = [await add_colleague(client, token, f"{name}@example.com") for name in ("bob", "eve")]
    role_id = await define_role(client, token, "support", ["backoffice.player.view"])
    for colleague in (bob, eve):
        given = await assign(client, token, colleague["staff_id"], role_id, [CASINO])
        assert given.status_code == 201, given.text
    critical = await define_role(client, token, "policies", ["payments.policy.set"])
    assert (await assign(client, token, bob["staff_id"], critical, [CASINO])).status_code == 201
    wish = {"role_id": role_id, "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", "reason": "two are ill"}
    asked = await client.post(f"{V1}/elevations", json=wish, headers={**bearer(token), **key()})
    assert asked.status_code == 201, asked.text
    await a_program_with_a_role(client, token, role_id)
    headers = {**bearer(token), **key()}
    gone = await client.post(f"{V1}/staff/{eve['staff_id']}/disable", json={"reason": "left"}, headers=headers)
    assert gone.status_code == 200, gone.text
    token = await with_a_key(client, clock, token)
    night = {"reason": "payouts hang", "incident_id": "INC-1", "minutes": 30}
    opened = await client.post(f"{V1}/break-glass", json=night, headers={**bearer(token), **key()})
    assert opened.status_code == 201, opened.text
    await assert_rebuilt_as_live(service)


async def with_a_key(client: httpx.AsyncClient, clock: FixedClock, token: str) -> str:
    """The administrator's token after a key of hers was used."""
    person = Person(client, clock, "admin@example.com", PASSWORD)
    person.token = token
    await person.has_key()
    return person.token


async def a_program_with_a_role(client: httpx.AsyncClient, token: str, role_id: str) -> None:
    program = await register(client, token, Program.new())
    body = {"role_id": role_id, "casinos": [CASINO], "reason": "contract 4711"}
    headers = {**bearer(token), **key()}
    given = await client.post(f"{V1}/clients/{program.client_id}/assignments", json=body, headers=headers)
    assert given.status_code == 201, given.text

"""What is told of partners' programs, for the tests of security's promises."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from services.security.tests.component.api import V1, key
from services.security.tests.component.clients_api import Program, register, terms

from chassis.testing.tokens import bearer
from contracts.event import ContractEvent
from contracts.security import client_events as public
from security.domain.client import events as client

WHO, ASSIGNMENT, ROLE, CASINO = (UUID(int=n) for n in range(1, 5))
_END = datetime(2026, 9, 1, tzinfo=UTC)

TOLD_OF_CLIENTS: list[tuple[Any, list[ContractEvent]]] = [
    (client.ClientRegistered(name="puller"), [public.ClientRegistered(client_id=WHO, name="puller")]),
    (
        client.ClientTermsSet(
            contact="a@b.example", casinos=("*",), addresses=("192.0.2.0/24",), rate_tier="low", expires_at=_END
        ),
        [
            public.ClientTermsSet(
                client_id=WHO,
                contact="a@b.example",
                casinos=("*",),
                networks=("192.0.2.0/24",),
                rate_tier="low",
                expires_at=_END,
            )
        ],
    ),
    (
        client.ClientKeyAdded(kid="k1", algorithm="ES256", thumbprint="abc", jwk={"kty": "EC"}),
        [public.ClientKeyAdded(client_id=WHO, kid="k1", algorithm="ES256", thumbprint="abc")],
    ),
    (client.ClientKeyRetired(kid="k1"), [public.ClientKeyRetired(client_id=WHO, kid="k1")]),
    (
        client.ClientRoleAssigned(assignment_id=ASSIGNMENT, role_id=ROLE, role_name="puller", casinos=(str(CASINO),)),
        [
            public.ClientRoleAssigned(
                client_id=WHO, assignment_id=ASSIGNMENT, role_id=ROLE, role_name="puller", casinos=(str(CASINO),)
            )
        ],
    ),
    (
        client.ClientRoleWithdrawn(assignment_id=ASSIGNMENT, role_id=ROLE),
        [public.ClientRoleWithdrawn(client_id=WHO, assignment_id=ASSIGNMENT, role_id=ROLE)],
    ),
    (client.ClientDisabled(cause="idle"), [public.ClientDisabled(client_id=WHO, cause="idle")]),
    (client.ClientEnabled(), [public.ClientEnabled(client_id=WHO)]),
]


async def clients_come_and_go(http: httpx.AsyncClient, admin: str, role_id: str) -> None:
    """Everything that people do with a program, once."""
    program = await register(http, admin, Program.new())
    one, headers = f"{V1}/clients/{program.client_id}", {**bearer(admin), **key()}
    why = {"reason": "contract 4711"}
    added = await http.post(f"{one}/keys", json={"jwk": Program.new().jwk, **why}, headers={**headers, **key()})
    given = {"role_id": role_id, "casinos": terms()["casinos"], **why}
    assigned = await http.post(f"{one}/assignments", json=given, headers={**headers, **key()})
    answers = [
        added,
        assigned,
        await http.delete(f"{one}/keys/{program.kid}", headers=headers),
        await http.delete(f"{one}/assignments/{assigned.json()['assignment_id']}", headers=headers),
        await http.post(f"{one}/disable", json=why, headers=headers),
        await http.post(f"{one}/enable", json=why, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200, 200, 200], answers

"""The routes of partners' programs, for the matrix."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.caller_matrix import Attempt
from contracts.security.permissions import SecurityPermission as P
from security.application.client_keys import key_of
from security.domain.client.aggregate import client
from security.domain.client.commands import AssignClientRole, RegisterClient, Terms

from .api import V1
from .clients_api import CASINO, Program, registration, terms

GIVER = UUID(int=0x61)
"""Somebody who holds everything, so that he may give it."""

_HERE = UUID(CASINO)
_ONE = f"{V1}/clients/{{client_id}}"
_WHY = {"reason": "contract ended"}
_REGISTER: dict[str, Any] = registration(Program.new()) | {"name": "{fresh}", "keys": ["{fresh_jwk}"]}

CLIENT_ATTEMPTS = [
    Attempt("GET", f"{V1}/clients", permission=P.CLIENT_LIST, casino_id=_HERE, hidden="empty"),
    Attempt(
        "POST",
        f"{V1}/clients",
        permission=P.CLIENT_MANAGE,
        casino_id=_HERE,
        json=_REGISTER,
        allowed=201,
        hidden="invalid",
    ),
    Attempt("GET", _ONE, permission=P.CLIENT_LIST, casino_id=_HERE),
    Attempt(
        "PUT",
        f"{_ONE}/terms",
        permission=P.CLIENT_MANAGE,
        casino_id=_HERE,
        json=terms(rate_tier="low"),
        subject=GIVER,
    ),
    Attempt(
        "POST",
        f"{_ONE}/keys",
        permission=P.CLIENT_MANAGE,
        casino_id=_HERE,
        json={"jwk": Program.new().jwk, **_WHY},
        allowed=201,
        subject=GIVER,
    ),
    Attempt("DELETE", f"{_ONE}/keys/{{kid}}", permission=P.CLIENT_MANAGE, casino_id=_HERE),
    Attempt(
        "POST",
        f"{_ONE}/assignments",
        permission=P.ROLE_ASSIGN,
        casino_id=_HERE,
        json={"role_id": "{role_id}", "casinos": [CASINO], **_WHY},
        allowed=202,
        hidden="invalid",
        subject=GIVER,
    ),
    Attempt("DELETE", f"{_ONE}/assignments/{{assignment_id}}", permission=P.ROLE_ASSIGN, casino_id=_HERE),
    Attempt("POST", f"{_ONE}/disable", permission=P.CLIENT_DISABLE, casino_id=_HERE, json=_WHY),
    Attempt("POST", f"{_ONE}/enable", permission=P.CLIENT_MANAGE, casino_id=_HERE, json=_WHY, subject=GIVER),
]
CLIENT_PUBLIC = {f"POST {V1}/oauth/token", "GET /.well-known/oauth-authorization-server"}


def fresh() -> dict[str, Any]:
    """What must be new in each request."""
    return {"fresh": f"partner-{uuid4()}", "fresh_jwk": Program.new().jwk}


async def some_client(service: Service, role_id: UUID) -> dict[str, object]:
    """A program of the casino that holds a role there."""
    application, client_id, assignment_id = service.application, uuid7(), uuid7()
    ctx = Context.system("tests", application.clock)
    until = ctx.occurred_at + timedelta(days=100)
    agreed = Terms(contact="a@b.example", casinos=(CASINO,), addresses=(), rate_tier="low", expires_at=until)
    key = key_of(Program.new().jwk)
    register = RegisterClient(name="puller", terms=agreed, keys=(key,), now=ctx.occurred_at)
    await application.execute(client, client_id, register, ctx)
    assign = AssignClientRole(
        assignment_id=assignment_id, role_id=role_id, role_name="viewer", casinos=(CASINO,), within=None
    )
    await application.execute(client, client_id, assign, ctx)
    return {"client_id": client_id, "kid": key.kid, "client_assignment_id": assignment_id}

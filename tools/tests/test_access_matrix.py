"""The matrix of roles and routes is what the doors really do: every cell is tried with a request."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from chassis.auth import Forbidden, TokenVerifier
from chassis.auth.jwks import LocalKeys
from chassis.auth.markers import AccessRule
from chassis.auth.policy.local import LocalPolicy
from chassis.http.routes import declared_routes
from chassis.runtime import http_application
from chassis.testing.tokens import TokenMaker, bearer
from contracts.registry import SERVICES
from security.application.seed_roles import SEED_ROLES
from tools.access_matrix import rows, seed_policy, service_of, subject_of

MAKER = TokenMaker()
ID = "0190f5fe-7c00-7a00-8000-00000000000f"


def application(name: str) -> tuple[FastAPI, list[list[str]]]:
    """A service behind its real doors, and its rows of the matrix."""
    specs = {spec.id: spec for one in map(service_of, SERVICES) for spec in one.permissions}
    policy = seed_policy(specs)
    service = service_of(name)
    service.verifier = TokenVerifier(LocalKeys(lambda: {MAKER.kid: MAKER.key}))
    service.policy = LocalPolicy.holding(policy)
    app = http_application(service)
    return app, list(rows({name: app}, policy))


def attempts(table: list[list[str]]) -> Iterator[tuple[str, str, str, str]]:
    """Method, path, role and what the matrix says of them."""
    roles = table[0][4:]
    for _, method, path, _, *cells in table[1:]:
        for role, says in zip(roles, cells, strict=True):
            yield method, path, role, says


@pytest.mark.parametrize("name", SERVICES)
async def test_every_cell_is_what_happens_at_the_door(name: str) -> None:
    """Refusals are asked for with requests. Whoever is let in is asked of the rule alone: no handler needs to work."""
    app, table = application(name)
    rules = {(method, route.path): route.rule for route in declared_routes(app) for method in route.methods}
    now = int(datetime.now(UTC).timestamp())
    tokens = {one.name: MAKER.token(subject=subject_of(one.name), auth_time=now) for one in SEED_ROLES}
    wrong, tried = [], 0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        for method, path, role, says in attempts(table):
            tried += 1
            if says == "no":
                headers = {**bearer(tokens[role]), "Idempotency-Key": f"k{tried}"}
                answer = await client.request(method, re.sub(r"{[^}]*}", ID, path), headers=headers)
                let_in = answer.status_code != 403
            else:
                let_in = await admitted(rules[method, path], app, method, tokens[role])
            if let_in != (says != "no"):
                wrong.append(f"{role} at {method} {path}: the matrix says {says}")
    assert not wrong
    assert tried == (len(table) - 1) * len(SEED_ROLES)
    assert tried


async def admitted(rule: AccessRule, app: FastAPI, method: str, token: str) -> bool:
    headers = [(name.lower().encode(), value.encode()) for name, value in bearer(token).items()]
    scope = {"type": "http", "app": app, "method": method, "path": "/", "path_params": {}, "headers": headers}
    try:
        await rule.admit(HTTPConnection(scope))
    except Forbidden:
        return False
    return True


def test_every_permission_is_held_by_some_seed_role_or_named_here() -> None:
    """A permission nobody holds protects a route nobody can use; that is decided, not forgotten."""
    specs = {spec.id: spec for one in map(service_of, SERVICES) for spec in one.permissions}
    policy = seed_policy(specs)
    held = {
        name
        for role in policy.roles.values()
        for grant in role.grants
        if grant.effect == "allow"
        for name in grant.permissions
    }
    assert set(specs) - held == ADMINISTRATORS_ALONE


ADMINISTRATORS_ALONE = frozenset(
    {
        "backoffice.casino.approve",
        "backoffice.casino.open",
        "backoffice.list.heavy",
        "backoffice.player.erase",
        "backoffice.profile.adopt",
        "games.list.heavy",
        "payments.list.heavy",
        "payments.policy.set",
        "security.client.disable",
        "security.client.export",
        "security.client.list",
        "security.client.manage",
        "security.conflict.override",
        "security.impersonation.start",
        "security.list.heavy",
        "security.staff.reset_factors",
        *(f"{one}.parked.discard" for one in SERVICES),
    }
)
"""What an installation's administrator gives to whom he sees fit."""

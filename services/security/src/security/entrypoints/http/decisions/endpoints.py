"""Why somebody may do something, who may, and what somebody may: asked of the same function that decides everywhere."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires
from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import Asking, Decision, Policy, Wish
from chassis.domain import NotFound
from chassis.http import App
from chassis.store import CasinoScope
from contracts.security.permissions import SecurityPermission as P
from security.domain.role.errors import PermissionUnknown
from security.entrypoints.http.decisions.lines import matching_grants, named
from security.entrypoints.http.decisions.schemas import Able, Explanation, Held, WhatCan, WhoCan
from security.entrypoints.http.reach import colleagues_of
from security.entrypoints.policy import policy_now
from security.read_models.staff_list import staff_list

router = APIRouter(prefix="/api/security/v1", tags=["access"])

Permission = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2}$", max_length=100)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,10}$")]


@router.get("/explain")
async def explain(
    caller: Annotated[Caller, Requires(P.ACCESS_EXPLAIN)],
    app: App,
    subject: UUID,
    permission: Permission,
    casino: UUID | None = None,
    amount_minor: Annotated[int | None, Query(ge=0, le=10**18)] = None,
    currency: Currency | None = None,
) -> Explanation:
    """Why somebody may or may not do something at a casino (or anywhere), as if they had just proved who they are. A
    manager of some casinos asks about these and about those who work there.
    """
    caller.must_see(casino)
    now = app.clock.now()
    async with app.db.read() as connection:
        await _colleague(connection, caller, subject)
        policy = await policy_now(connection, now)
    _require_declared(policy, permission)
    wish = Wish(permission=permission, casino_id=casino, amount_minor=amount_minor, currency=currency)
    decision = decide(policy, _asking(subject, now), wish, now)
    return Explanation(
        subject_id=subject,
        permission=permission,
        casino_id=casino,
        outcome=decision.outcome,
        code=decision.code,
        explanation=decision.explanation,
        modes={str(name): mode for name, mode in decision.modes.items()},
        grants=matching_grants(policy, subject, wish, decision, now, within=caller.scope()),
    )


@router.get("/who-can")
async def who_can(
    caller: Annotated[Caller, Requires(P.ACCESS_EXPLAIN)],
    app: App,
    permission: Permission,
    casino: UUID | None = None,
) -> WhoCan:
    """Everybody who may do something at a casino, or anywhere. A manager of some casinos is told of those."""
    caller.must_see(casino)
    now = app.clock.now()
    async with app.db.read() as connection:
        people = (await connection.execute(select(staff_list.table).where(*colleagues_of(caller)))).all()
        policy = await policy_now(connection, now)
    _require_declared(policy, permission)
    found = []
    for person in sorted(people, key=lambda one: one.login):
        decision = decide(policy, _asking(person.staff_id, now), Wish(permission=permission, casino_id=casino), now)
        scope = _seen(decision, caller)
        if decision.outcome != "deny" and not scope.empty:
            casinos, others = named(scope)
            found.append(
                Able(
                    subject_id=person.staff_id,
                    login=person.login,
                    name=person.name,
                    outcome=decision.outcome,
                    casinos=casinos,
                    except_casinos=others,
                    rules=list(decision.rules),
                )
            )
    return WhoCan(permission=permission, casino_id=casino, people=found)


@router.get("/what-can")
async def what_can(caller: Annotated[Caller, Requires(P.ACCESS_EXPLAIN)], app: App, subject: UUID) -> WhatCan:
    """Everything somebody may do, and where; for a manager of some casinos, at these."""
    now = app.clock.now()
    async with app.db.read() as connection:
        await _colleague(connection, caller, subject)
        policy = await policy_now(connection, now)
    found = []
    for name, meta in sorted(policy.permissions.items()):
        decision = decide(policy, _asking(subject, now), Wish(permission=name), now)
        scope = _seen(decision, caller)
        if decision.outcome != "deny" and not scope.empty:
            casinos, others = named(scope)
            found.append(
                Held(
                    permission=name,
                    risk=meta.risk,
                    outcome=decision.outcome,
                    casinos=casinos,
                    except_casinos=others,
                    modes={str(kind): mode for kind, mode in decision.modes.items()},
                    rules=list(decision.rules),
                )
            )
    return WhatCan(subject_id=subject, permissions=found)


async def _colleague(connection: AsyncConnection, caller: Caller, subject: UUID) -> None:
    """NotFound for whoever does not work at the caller's casinos."""
    statement = select(staff_list.table.c.staff_id).where(staff_list.table.c.staff_id == subject)
    if (await connection.execute(statement.where(*colleagues_of(caller)))).first() is None:
        raise NotFound


def _asking(subject: UUID, now: datetime) -> Asking:
    return Asking(subject_id=subject, issued_at=now, authenticated_at=now)


def _seen(decision: Decision, caller: Caller) -> CasinoScope:
    return decision.scope & caller.scope()


def _require_declared(policy: Policy, permission: str) -> None:
    if permission not in policy.permissions:
        raise PermissionUnknown(f"No service declares {permission}.", field="permission")

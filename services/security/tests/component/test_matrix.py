"""Every endpoint, as each kind of caller meets it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.domain import uuid7
from chassis.runtime import Service, http_application
from chassis.store import Context, UnitOfWork
from chassis.testing.bulk import freeze_attempt, frozen_job, proposed_job, run_attempt
from chassis.testing.caller_matrix import (
    CALLERS,
    Attempt,
    assert_caller,
    assert_doors,
    assert_every_route,
    export_attempt,
    since_ever,
)
from chassis.testing.client import client as talking
from chassis.testing.feed import Feed
from chassis.testing.golden import hear
from chassis.testing.second_person import approval_attempts
from chassis.testing.tokens import test_verifier
from contracts.backoffice.events import PlayerRegistered
from contracts.payments.events import WithdrawalRequested
from contracts.payments.permissions import PaymentsPermission
from contracts.platform.events import RevealLimitReached
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue, credentials, sessions
from security.application.door import DoorKeeper
from security.domain.grants import usual
from security.domain.role.aggregate import role
from security.domain.role.commands import DefineRole
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import AddStaffMember, AssignRole, DisableStaffMember
from security.entrypoints import duties

from .api import V1
from .client_attempts import CLIENT_ATTEMPTS, CLIENT_PUBLIC, GIVER, fresh, some_client
from .emergency_attempts import EMERGENCY_ATTEMPTS, OPENING, some_elevation, some_emergency

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
"""The casino of the golden examples."""

REGISTERED = {"country": "MT", "currency": "EUR", "registered_at": "2026-06-01T00:00:00Z"}
BOB = UUID(int=0xB0B)
"""He works at the casino."""

WHY = {"reason": "left the team"}
GIVEN = {"role_id": "{role_id}", "casinos": [str(CASINO)], **WHY}
ATTEMPTS = [
    Attempt("GET", f"{V1}/staff", permission=P.STAFF_LIST, casino_id=CASINO, hidden="empty"),
    Attempt(
        "POST",
        f"{V1}/staff",
        permission=P.STAFF_CREATE,
        casino_id=None,
        json={"login": "{login}", "name": "Eve"},
        allowed=201,
        hidden="shown",
    ),
    Attempt("GET", f"{V1}/staff/{{staff_id}}", permission=P.STAFF_LIST, casino_id=CASINO),
    Attempt(
        "POST",
        f"{V1}/staff/{{staff_id}}/disable",
        permission=P.STAFF_DISABLE,
        casino_id=CASINO,
        json=WHY,
    ),
    Attempt(
        "POST",
        f"{V1}/staff/{{staff_id}}/enable",
        permission=P.STAFF_ENABLE,
        casino_id=CASINO,
        json=WHY,
    ),
    Attempt(
        "POST",
        f"{V1}/staff/{{staff_id}}/one-time-password",
        permission=P.STAFF_RESET,
        casino_id=CASINO,
        json=WHY,
        subject=GIVER,
    ),
    Attempt(
        "POST",
        f"{V1}/staff/{{staff_id}}/assignments",
        permission=P.ROLE_ASSIGN,
        casino_id=CASINO,
        json=GIVEN,
        allowed=202,
        hidden="invalid",
        subject=GIVER,
    ),
    Attempt(
        "DELETE",
        f"{V1}/staff/{{staff_id}}/assignments/{{assignment_id}}",
        permission=P.ROLE_ASSIGN,
        casino_id=CASINO,
    ),
    Attempt(
        "POST",
        f"{V1}/staff/{{staff_id}}/factors/reset",
        permission=P.STAFF_RESET_FACTORS,
        casino_id=CASINO,
        json=WHY,
        subject=GIVER,
    ),
    Attempt("GET", f"{V1}/sessions", permission=P.SESSION_LIST, casino_id=CASINO, hidden="empty"),
    Attempt("POST", f"{V1}/staff/{{staff_id}}/sessions/end", permission=P.SESSION_END, casino_id=CASINO, json=WHY),
    Attempt(
        "POST",
        f"{V1}/impersonations",
        permission=P.IMPERSONATION_START,
        casino_id=CASINO,
        json={"player_id": "{player_id}", **WHY},
        allowed=201,
    ),
    Attempt("GET", f"{V1}/assignments", permission=P.ASSIGNMENT_LIST, casino_id=CASINO, hidden="empty"),
    Attempt("GET", f"{V1}/sod-conflicts", permission=P.CONFLICT_LIST, casino_id=CASINO, hidden="empty"),
    Attempt(
        "GET",
        f"{V1}/explain",
        permission=P.ACCESS_EXPLAIN,
        casino_id=CASINO,
        request={"params": {"subject": str(BOB), "permission": str(P.STAFF_LIST), "casino": str(CASINO)}},
    ),
    Attempt(
        "GET",
        f"{V1}/who-can",
        permission=P.ACCESS_EXPLAIN,
        casino_id=CASINO,
        request={"params": {"permission": str(P.STAFF_LIST), "casino": str(CASINO)}},
    ),
    Attempt(
        "GET",
        f"{V1}/what-can",
        permission=P.ACCESS_EXPLAIN,
        casino_id=CASINO,
        request={"params": {"subject": str(BOB)}},
    ),
    Attempt("GET", f"{V1}/roles/{{role_id}}", permission=P.ROLE_LIST, casino_id=CASINO, hidden="shown"),
    Attempt("GET", f"{V1}/roles/{{role_id}}/versions", permission=P.ROLE_LIST, casino_id=CASINO, hidden="shown"),
    Attempt(
        "GET", f"{V1}/roles/{{role_id}}/versions/{{version}}", permission=P.ROLE_LIST, casino_id=CASINO, hidden="shown"
    ),
    Attempt(
        "GET",
        f"{V1}/roles/{{role_id}}/diff",
        permission=P.ROLE_LIST,
        casino_id=CASINO,
        hidden="shown",
        request={"params": {"before": 1, "after": 1}},
    ),
    Attempt(
        "PUT",
        f"{V1}/roles/{{role_id}}/draft",
        permission=P.ROLE_DRAFT,
        casino_id=None,
        json={"permissions": [P.ROLE_LIST]},
        hidden="forbidden",
    ),
    Attempt(
        "POST",
        f"{V1}/roles/{{role_id}}/simulations",
        permission=P.ROLE_DRAFT,
        casino_id=None,
        json={"permissions": [P.ROLE_LIST]},
        hidden="forbidden",
    ),
    Attempt(
        "POST",
        f"{V1}/roles/{{role_id}}/retire",
        permission=P.ROLE_DEFINE,
        casino_id=None,
        json=WHY,
        hidden="forbidden",
    ),
    Attempt("GET", f"{V1}/roles", permission=P.ROLE_LIST, casino_id=CASINO, hidden="shown"),
    Attempt(
        "POST",
        f"{V1}/roles",
        permission=P.ROLE_DEFINE,
        casino_id=None,
        json={"name": "eves", "permissions": [P.STAFF_LIST]},
        allowed=201,
        hidden="forbidden",
        subject=GIVER,
    ),
    Attempt(
        "POST",
        f"{V1}/roles/{{role_id}}/versions",
        permission=P.ROLE_DEFINE,
        casino_id=None,
        json={"permissions": [P.ROLE_LIST], "reason": "less will do"},
        allowed=202,
        hidden="forbidden",
        subject=GIVER,
    ),
    Attempt("GET", f"{V1}/permissions", permission=P.PERMISSION_LIST, casino_id=CASINO, hidden="shown"),
    Attempt(
        "GET",
        f"{V1}/audit",
        permission=P.AUDIT_LIST,
        casino_id=CASINO,
        hidden="empty",
        request=since_ever("happened_at"),
    ),
    *CLIENT_ATTEMPTS,
    export_attempt(f"{V1}/staff", P.STAFF_LIST, P.STAFF_EXPORT, CASINO),
    export_attempt(f"{V1}/assignments", P.ASSIGNMENT_LIST, P.ASSIGNMENT_EXPORT, CASINO),
    export_attempt(f"{V1}/roles", P.ROLE_LIST, P.ROLE_EXPORT, CASINO),
    export_attempt(f"{V1}/elevations", P.ELEVATION_LIST, P.ELEVATION_EXPORT, CASINO),
    export_attempt(f"{V1}/break-glass", P.BREAK_GLASS_LIST, P.BREAK_GLASS_EXPORT, CASINO),
    export_attempt(f"{V1}/audit", P.AUDIT_LIST, P.AUDIT_EXPORT, CASINO, since="happened_at"),
    export_attempt(f"{V1}/approvals", P.APPROVAL_LIST, P.APPROVAL_EXPORT, CASINO),
    export_attempt(f"{V1}/clients", P.CLIENT_LIST, P.CLIENT_EXPORT, CASINO),
    export_attempt(f"{V1}/sod-conflicts", P.CONFLICT_LIST, P.ASSIGNMENT_EXPORT, CASINO),
    export_attempt(f"{V1}/permissions", P.PERMISSION_LIST, P.ROLE_EXPORT, CASINO),
    export_attempt(f"{V1}/roles/{{role_id}}/versions", P.ROLE_LIST, P.ROLE_EXPORT, CASINO),
    export_attempt(f"{V1}/alarms", P.ALARM_LIST, P.ALARM_EXPORT, CASINO),
    export_attempt(f"{V1}/sessions", P.SESSION_LIST, P.SESSION_EXPORT, CASINO),
    freeze_attempt(f"{V1}/sessions/bulk-end", P.SESSION_LIST, P.SESSION_END, CASINO),
    run_attempt("security", CASINO, P.SESSION_END, hidden="shown"),
    *EMERGENCY_ATTEMPTS,
    *approval_attempts("security", None),
    Attempt("GET", f"{V1}/access-review", permission=P.ACCESS_REVIEW_LIST, casino_id=CASINO, hidden="empty"),
    export_attempt(f"{V1}/access-review", P.ACCESS_REVIEW_LIST, P.ACCESS_REVIEW_EXPORT, CASINO),
    Attempt(
        "POST",
        f"{V1}/access-review/{{assignment_id}}/review",
        permission=P.ACCESS_REVIEW_CONDUCT,
        casino_id=CASINO,
        json={"decision": "confirmed", **WHY},
    ),
    Attempt("GET", f"{V1}/alarms", permission=P.ALARM_LIST, casino_id=CASINO, hidden="empty"),
    Attempt(
        "POST",
        f"{V1}/alarms/{{alarm_id}}/acknowledge",
        permission=P.ALARM_ACKNOWLEDGE,
        casino_id=CASINO,
        json={"findings": "a list for the regulator"},
    ),
]
PUBLIC = {
    *CLIENT_PUBLIC,
    "GET /.well-known/jwks.json",
    f"POST {V1}/staff-sessions",
    f"POST {V1}/staff-sessions/factor",
    f"POST {V1}/staff-sessions/factor-options",
    f"POST {V1}/staff-sessions/refresh",
    f"POST {V1}/browser-sessions",
    f"POST {V1}/browser-sessions/factor",
    f"POST {V1}/browser-sessions/factor-options",
    f"POST {V1}/player-sessions",
    f"POST {V1}/player-sessions/refresh",
}


@pytest.fixture
async def door(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The service believing tokens that tests made."""
    service.verifier = test_verifier()
    async with talking(http_application(service)) as client:
        yield client


@pytest.fixture
async def ids(service: Service) -> dict[str, object]:
    """Bob works at the casino as somebody who sees the staff, Carl did until he was disabled; something has happened
    there, too.
    """
    application = service.application
    ctx = Context.system("tests", application.clock)
    carl, viewer, empty, all_of_it, held = uuid7(), uuid7(), uuid7(), uuid7(), uuid7()

    async def work(uow: UnitOfWork) -> None:
        known = await catalogue.load(uow.connection)
        for role_id, name, permissions in (
            (viewer, "viewer", [P.STAFF_LIST, P.ROLE_ASSIGN, PaymentsPermission.WITHDRAWAL_APPROVE]),
            (empty, "nobodys", [P.STAFF_LIST]),
            (all_of_it, "all_of_it", sorted(known)),
        ):
            grants = tuple(map(usual, permissions))
            await uow.decide(role, role_id, DefineRole(name=name, grants=grants, catalogue=known, own=None))
        for who, login, assignment, role_id, casino in (
            (BOB, "bob", held, viewer, str(CASINO)),
            (carl, "carl", uuid7(), viewer, str(CASINO)),
            (GIVER, "giver", uuid7(), all_of_it, "*"),
        ):
            await _work_here(uow, who, login)
            given = AssignRole(
                staff_id=who,
                assignment_id=assignment,
                role_id=role_id,
                role_name=login,
                casinos=(casino,),
                by=None,
                now=uow.ctx.occurred_at,
            )
            await uow.decide(staff, who, given)
        await uow.decide(staff, carl, DisableStaffMember(staff_id=carl, by=None))
        await duties.look(uow)

    await application.transact(work, ctx)
    await hear(service, WithdrawalRequested)
    of_client = await some_client(service, viewer)
    player = uuid7()
    await Feed(service)(PlayerRegistered.model_validate({**REGISTERED, "player_id": player, "casino_id": CASINO}))
    await application.transact(partial(_logged_in, BOB, service.state["door_keeper"]), ctx)
    return {
        **of_client,
        "alarm_id": await _alarm(service),
        "break_glass_id": await some_emergency(service, BOB, over=False),
        "over_id": await some_emergency(service, BOB, over=True),
        "elevation_id": await some_elevation(service, BOB, viewer),
        "player_id": player,
        "staff_id": BOB,
        "left_id": carl,
        "role_id": viewer,
        "empty_id": empty,
        "assignment_id": held,
        "version": 1,
    }


async def _alarm(service: Service) -> UUID:
    """Something about Bob that somebody must look at."""
    now = service.application.clock.now()
    told = RevealLimitReached(alarm_id=uuid7(), service="backoffice", staff_id=BOB, reveals=30, since=now)
    await Feed(service)(told)
    return told.alarm_id


async def _work_here(uow: UnitOfWork, who: UUID, name: str) -> None:
    until = uow.ctx.occurred_at + timedelta(hours=1)
    assert await credentials.add_staff(uow, who, f"{name}@example.com", "no hash", usable_until=until)
    await uow.decide(staff, who, AddStaffMember(login=f"{name}@example.com", name=name))


async def _logged_in(who: UUID, door: DoorKeeper, uow: UnitOfWork) -> None:
    await sessions.open_session(uow, "staff", who, None, door.policy, amr=["pwd"], client=sessions.Client())


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(
    service: Service, door: httpx.AsyncClient, ids: dict[str, object], attempt: Attempt
) -> None:
    others = {"/enable": {"staff_id": ids["left_id"]}, "/retire": {"role_id": ids["empty_id"]}}
    others["/review"] = {"break_glass_id": ids["over_id"]}
    facts = {**ids, **next((facts for end, facts in others.items() if attempt.path.endswith(end)), {})}
    if "/clients/" in attempt.path:
        facts = {**facts, "assignment_id": ids["client_assignment_id"]}
    waits = await proposed_job(door, service, "sessions.end", None, P.SESSION_END)
    facts["approval_id"] = waits["approval_id"]
    for caller in CALLERS:
        facts["job_id"] = await frozen_job(service, "sessions.end", None)
        filled = attempt.at(**facts, login=f"{uuid4()}@example.com", **fresh())
        answer = await assert_caller(caller, door, filled)
        if caller == "permitted" and attempt.hidden == "empty":
            assert answer.json(), "with nothing in it, an empty list proves nothing"


async def test_an_emergency_is_opened_by_nobody_without_the_permission(door: httpx.AsyncClient) -> None:
    for caller in CALLERS[:2]:
        await assert_caller(caller, door, OPENING)


def test_every_route_is_in_the_matrix(service: Service) -> None:
    assert_every_route(http_application(service), [*ATTEMPTS, OPENING], public=PUBLIC)


async def test_routes_for_staff_players_and_services_keep_the_others_out(
    door: httpx.AsyncClient, service: Service
) -> None:
    await assert_doors(door, http_application(service))

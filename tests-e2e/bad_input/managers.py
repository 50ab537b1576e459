"""Security decides by the roles it keeps itself: two casinos at which the same happens, and people who manage one."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from services.security.tests.component import api
from services.security.tests.component.clients_api import Program, register
from services.security.tests.component.emergency_attempts import some_elevation, some_emergency

from bad_input.houses import ELSEWHERE, House
from chassis.domain import uuid7
from chassis.store import Context, UnitOfWork
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PlayerRegistered
from contracts.payments.permissions import PaymentsPermission
from contracts.platform.events import RevealLimitReached
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.domain.grants import usual
from security.domain.role.aggregate import role
from security.domain.role.commands import DefineRole
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import AssignRole
from security.entrypoints import duties

MANAGER, STRANGER = "manager@example.com", "stranger@example.com"
"""Of the casino of the house, and of one at which nothing ever happened."""


async def two_casinos(house: House, critical: str) -> dict[str, Any]:
    """Further facts: the other casino, and who manages elsewhere. `critical` is a role that takes two people."""
    admin, there = house.token("operator") or "", str(uuid4())
    looks = [one for one in house.permissions if one.endswith((".list", ".export"))]
    manages = await api.define_role(house.client, admin, "manager", looks)
    works = await api.define_role(house.client, admin, "worker", [P.ROLE_LIST])
    manager = await _works(house, MANAGER, manages, house.facts["casino_id"])
    await api.enter(house.client, MANAGER, manager["one_time_password"])
    stranger = await _works(house, STRANGER, manages, str(ELSEWHERE))
    await _works(house, "both@example.com", works, house.facts["casino_id"], there)
    workers = {}
    for casino, login in ((house.facts["casino_id"], "here@example.com"), (there, "there@example.com")):
        workers[casino] = UUID((await _works(house, login, works, casino))["staff_id"])
        await _happens(house, casino, workers[casino], works, critical)
    ctx = Context.system("tests", house.service.application.clock)
    await house.service.application.transact(partial(_duties_meet, workers), ctx)
    return {"other_casino_id": there, "stranger_id": stranger["staff_id"]}


async def _works(house: House, login: str, role_id: str, *casinos: str) -> dict[str, Any]:
    """Somebody new who holds this role at these casinos."""
    admin = house.token("operator") or ""
    added = await api.add_colleague(house.client, admin, login)
    given = await api.assign(house.client, admin, added["staff_id"], role_id, list(casinos))
    assert given.status_code == 201, given.text
    return added


async def _happens(house: House, casino: str, worker: UUID, works: str, critical: str) -> None:
    """One of everything that security has lists of."""
    service, admin = house.service, house.token("operator") or ""
    now = service.application.clock.now()
    await some_emergency(service, worker, over=False, casino=casino)
    await some_elevation(service, worker, UUID(works), casino=casino)
    await register(house.client, admin, Program.new(), casinos=[casino])
    await Feed(service)(
        RevealLimitReached(alarm_id=uuid7(), service="backoffice", staff_id=worker, reveals=30, since=now),
        PlayerRegistered(player_id=uuid7(), casino_id=UUID(casino), country="MT", currency="EUR", registered_at=now),
    )
    body = {"role_id": critical, "casinos": [casino], "reason": "the night shift"}
    path = f"{api.V1}/staff/{worker}/assignments"
    proposed = await house.client.post(path, json=body, headers={**bearer(admin), **api.key()})
    assert proposed.status_code == 202, proposed.text


async def _duties_meet(workers: dict[str, UUID], uow: UnitOfWork) -> None:
    """Each holds at the casino what two people should hold, and it was found."""
    known, role_id = await catalogue.load(uow.connection), uuid7()
    grants = tuple(map(usual, [P.ROLE_ASSIGN, PaymentsPermission.WITHDRAWAL_APPROVE]))
    await uow.decide(role, role_id, DefineRole(name="both_duties", grants=grants, catalogue=known, own=None))
    for casino, worker in workers.items():
        given = AssignRole(
            staff_id=worker,
            assignment_id=uuid7(),
            role_id=role_id,
            role_name="both_duties",
            casinos=(casino,),
            by=None,
            now=uow.ctx.occurred_at,
        )
        await uow.decide(staff, worker, given)
    await duties.look(uow)

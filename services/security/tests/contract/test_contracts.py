"""Promises kept, in both directions."""

import asyncio
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest
from services.security.tests.component.api import (
    PASSWORD,
    V1,
    add_colleague,
    assign,
    define_role,
    enter,
    key,
    log_in,
    publish_version,
)
from services.security.tests.component.authenticators import SecurityKey
from services.security.tests.component.factors import Person
from services.security.tests.contract.told_of_clients import TOLD_OF_CLIENTS, clients_come_and_go
from services.security.tests.contract.told_of_elevations import (
    TOLD_OF_ELEVATIONS,
    TOLD_OF_EMERGENCIES,
    an_emergency_is_reviewed,
    elevations_come_and_go,
)

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.golden import Effect, assert_as_promised, assert_effect, example, hear, label, recorded, said
from chassis.testing.tokens import bearer
from contracts.backoffice.events import CasinoOpened, PlayerBlocked, PlayerRegistered, PlayerUnblocked
from contracts.event import ContractEvent
from contracts.platform.events import DecisionsCounted, PermissionManifestPublished, RevealLimitReached
from contracts.registry import consumed_by, produced_by
from contracts.security import events as public
from contracts.security.permissions import SecurityPermission
from security.application.events import ALL
from security.application.publishing import publish
from security.domain.grants import Grant
from security.domain.role import events as role
from security.domain.staff import events as staff
from security.domain.staff.aggregate import staff as staff_member
from security.domain.staff.commands import AddStaffMember, AssignRole
from security.entrypoints import duties
from security.entrypoints.consumers import consumer
from security.entrypoints.permissions import PERMISSIONS

WHO, ASSIGNMENT, ROLE, CASINO = (UUID(int=n) for n in range(1, 5))
PLAYER = str(example(PlayerRegistered).data["player_id"])


def audited(cls: type[ContractEvent]) -> dict[str, Any]:
    """What the entry of the audit log says of an example."""
    sent = example(cls)
    return {
        "entry_id": str(sent.id),
        "type": sent.type,
        "element": sent.subject,
        "casino_id": sent.casinoid and str(sent.casinoid),
        "actor_kind": sent.actorkind,
        "actor_id": sent.actorid,
        "authorised_by": sent.authorisedby,
        "reason": sent.reason,
        "correlation_id": str(sent.correlationid),
    }


def with_entry(
    cls: type[ContractEvent], *after: type[ContractEvent], **rows: dict[str, Any] | None
) -> dict[type[ContractEvent], Effect]:
    return {cls: Effect({"rm_audit_log": audited(cls), **rows}, after)}


EFFECTS: dict[type[ContractEvent], Effect] = {
    cls: Effect({"rm_audit_log": audited(cls)}) for cls in consumed_by("security")
}
EFFECTS |= with_entry(CasinoOpened, rm_casino_zone={"time_zone": "Europe/Malta"})
EFFECTS[DecisionsCounted] = Effect({"decision_count": {"permission": "payments.withdrawal.list", "count": 12}})
EFFECTS |= with_entry(PlayerRegistered, player_account={"player_id": PLAYER, "blocked": False})
EFFECTS |= with_entry(PlayerBlocked, PlayerRegistered, player_account={"player_id": PLAYER, "blocked": True})
EFFECTS |= with_entry(
    PlayerUnblocked, PlayerRegistered, PlayerBlocked, player_account={"player_id": PLAYER, "blocked": False}
)
EFFECTS |= with_entry(
    PermissionManifestPublished, permission={"id": "payments.withdrawal.approve", "service": "payments", "risk": "high"}
)
EFFECTS |= with_entry(
    RevealLimitReached, alarm={"kind": "reveal_limit_reached", "service": "backoffice", "acknowledged_at": None}
)


def test_what_is_consumed_is_what_the_catalogue_says() -> None:
    assert consumer().handles == frozenset(consumed_by("security")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(service: Service, cls: type[ContractEvent]) -> None:
    await assert_effect(service, cls, EFFECTS[cls])


SEES = Grant(pattern="payments.*", modes={"financial": "clear"}, ceilings={"EUR": 500})
NEVER = Grant(pattern="payments.policy.set", effect="deny")

TOLD: list[tuple[Any, list[ContractEvent]]] = [
    (
        staff.StaffMemberAdded(login="ann@example.com", name="Ann"),
        [public.StaffMemberAdded(staff_id=WHO, login="ann@example.com", name="Ann")],
    ),
    (staff.StaffMemberDisabled(), [public.StaffMemberDisabled(staff_id=WHO)]),
    (staff.StaffMemberEnabled(), [public.StaffMemberEnabled(staff_id=WHO)]),
    (
        staff.OneTimePasswordGiven(usable_until=datetime(2026, 3, 2, tzinfo=UTC)),
        [public.OneTimePasswordGiven(staff_id=WHO, usable_until=datetime(2026, 3, 2, tzinfo=UTC))],
    ),
    (
        staff.RoleAssigned(assignment_id=ASSIGNMENT, role_id=ROLE, role_name="cashier", casinos=(str(CASINO),)),
        [
            public.RoleAssigned(
                staff_id=WHO, assignment_id=ASSIGNMENT, role_id=ROLE, role_name="cashier", casinos=(str(CASINO),)
            )
        ],
    ),
    (
        staff.RoleWithdrawn(assignment_id=ASSIGNMENT, role_id=ROLE),
        [public.RoleWithdrawn(staff_id=WHO, assignment_id=ASSIGNMENT, role_id=ROLE)],
    ),
    (
        role.RoleDefined(name="cashier", grants=(SEES, NEVER)),
        [
            public.RoleDefined(
                role_id=WHO,
                name="cashier",
                permissions_before=(),
                permissions_after=("payments.*",),
                lines_after=(
                    public.RoleLine(pattern="payments.*", modes={"financial": "clear"}, ceilings={"EUR": 500}),
                    public.RoleLine(pattern="payments.policy.set", effect="deny"),
                ),
            )
        ],
    ),
    (
        role.RoleVersionPublished(name="cashier", version=2, before=(Grant(pattern="games.*"),), grants=(NEVER,)),
        [
            public.RoleDefined(
                role_id=WHO,
                name="cashier",
                permissions_before=("games.*",),
                permissions_after=(),
                role_version=2,
                lines_before=(public.RoleLine(pattern="games.*"),),
                lines_after=(public.RoleLine(pattern="payments.policy.set", effect="deny"),),
            )
        ],
    ),
    (role.RoleDrafted(grants=(NEVER,)), []),
    (role.RolePermissionsChanged(name="cashier", before=("payments.*",), after=("*",)), []),
    (role.RoleRetired(name="cashier"), [public.RoleRetired(role_id=WHO, name="cashier")]),
]


ALL_TOLD = [*TOLD, *TOLD_OF_CLIENTS, *TOLD_OF_ELEVATIONS, *TOLD_OF_EMERGENCIES]


@pytest.mark.parametrize(("happened", "told"), ALL_TOLD, ids=lambda value: type(value).__name__)
def test_each_event_is_told_as_promised(happened: Any, told: list[ContractEvent]) -> None:
    assert list(publish(recorded(happened, f"identity-{WHO}"))) == told
    for fact in told:
        assert_as_promised(fact)


def test_no_event_of_the_domain_is_forgotten() -> None:
    told = {type(happened) for happened, _ in ALL_TOLD}
    assert told == {one for events in ALL for one in get_args(events)}


async def uses_factors(bob: Person) -> None:
    """A phone and a key come, a recovery code is used, the key goes."""
    await bob.comes_in()
    await bob.adds_phone()
    assert (await bob.steps_up(recovery_code=bob.recovery_codes[0])).status_code == 200
    key = await bob.adds_key(SecurityKey())
    assert (await bob.delete(f"/factors/{key.json()['factor_id']}")).status_code == 200


async def access_is_reviewed(service: Service, client: httpx.AsyncClient, admin: str) -> None:
    """A role that the installation gave is needed still, and somebody looked at an alarm."""
    made = Context.system("tests", service.application.clock)
    carol = UUID(int=0xCA401)
    await service.application.execute(
        staff_member, carol, AddStaffMember(login="carol@example.com", name="Carol"), made
    )
    looks = await define_role(client, admin, "looks", ["payments.deposit.list"])
    given = AssignRole(
        staff_id=carol,
        assignment_id=ASSIGNMENT,
        role_id=UUID(looks),
        role_name="looks",
        casinos=("*",),
        by=None,
        now=made.occurred_at,
    )
    await service.application.execute(staff_member, carol, given, made)
    review = {"decision": "confirmed", "reason": "works there still"}
    path = f"{V1}/access-review/{ASSIGNMENT}/review"
    assert (await client.post(path, json=review, headers={**bearer(admin), **key()})).status_code == 200
    await hear(service, RevealLimitReached)
    alarm_id = example(RevealLimitReached).data["alarm_id"]
    answer = await client.post(
        f"{V1}/alarms/{alarm_id}/acknowledge",
        json={"findings": "a list for the regulator"},
        headers={**bearer(admin), **key()},
    )
    assert answer.status_code == 200, answer.text


async def loses_factors(client: httpx.AsyncClient, admin: str, staff_id: str, once: str) -> None:
    reset = await client.post(
        f"{V1}/staff/{staff_id}/factors/reset",
        json={"reason": "lost the phone"},
        headers={**bearer(admin), "Idempotency-Key": once},
    )
    assert reset.status_code == 200, reset.text


async def test_every_promised_event_is_said_by_what_people_do(
    service: Service, client: httpx.AsyncClient, administrator: dict[str, Any], clock: FixedClock
) -> None:
    admin = administrator["access_token"]
    bob = await add_colleague(client, admin)
    role_id = await define_role(client, admin, "cashier", ["payments.deposit.*"])
    given = await assign(client, admin, bob["staff_id"], role_id, [str(CASINO)])
    assert given.status_code == 201, given.text
    assignment = given.json()["assignment_id"]
    assert (await publish_version(client, admin, role_id, permissions=["payments.deposit.list"])).status_code == 201
    empty = await define_role(client, admin, "nobodys", ["payments.deposit.list"])
    retired = await client.post(
        f"{V1}/roles/{empty}/retire", json={"reason": "not needed"}, headers={**bearer(admin), **key()}
    )
    assert retired.status_code == 200, retired.text
    await access_is_reviewed(service, client, admin)
    await service.state["policies"].confirm_to_all()
    await service.application.transact(duties.look, Context.system("nightly-duties", service.application.clock))
    asks = await define_role(client, admin, "asks", ["security.elevation.request", "security.break_glass.open"])
    assert (await assign(client, admin, bob["staff_id"], asks, ["*"])).status_code == 201
    asker = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    await elevations_come_and_go(client, asker, admin, role_id)
    on_call = Person(client, clock, bob["login"], PASSWORD)
    on_call.token = asker
    await an_emergency_is_reviewed(client, service, on_call, admin)
    await loses_factors(client, admin, bob["staff_id"], "reset-bob-after-the-night")
    await uses_factors(Person(client, clock, bob["login"], PASSWORD))
    await loses_factors(client, admin, bob["staff_id"], "reset-bob")
    assert (await log_in(client, bob["login"], PASSWORD)).status_code == 200
    assert (await log_in(client, bob["login"], f"not {PASSWORD}")).status_code == 401
    taken = await client.delete(f"{V1}/staff/{bob['staff_id']}/assignments/{assignment}", headers=bearer(admin))
    assert taken.status_code == 200, taken.text
    disabled = await client.post(
        f"{V1}/staff/{bob['staff_id']}/disable",
        json={"reason": "left the team"},
        headers={**bearer(admin), "Idempotency-Key": "disable-bob"},
    )
    assert disabled.status_code == 200, disabled.text
    back = await client.post(
        f"{V1}/staff/{bob['staff_id']}/enable",
        json={"reason": "came back"},
        headers={**bearer(admin), "Idempotency-Key": "enable-bob"},
    )
    assert back.status_code == 200, back.text
    await hear(service, *consumed_by("security")[:1])
    async with asyncio.timeout(30):
        while not await service.state["audit_chain"].catch_up():
            await asyncio.sleep(0)
    await clients_come_and_go(client, admin, role_id)
    facts = await said(service)
    own = {type(fact) for fact in facts if fact.owner() == "security"}
    by_players = {public.PlayerPasswordChanged}
    assert own | by_players == {cls for cls in produced_by("security") if cls.owner() == "security"}
    ended = [fact.cause for fact in facts if isinstance(fact, public.SessionEnded)]
    assert ended[-1] == "disabled"


def test_every_permission_of_the_contract_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {str(one) for one in SecurityPermission}


def test_one_administrator_alone_makes_nobody_who_watches_over_him() -> None:
    """What is critical is given by two; otherwise he would review his own emergencies and access by another account."""
    watches = {
        SecurityPermission.ACCESS_REVIEW_CONDUCT,
        SecurityPermission.BREAK_GLASS_REVIEW,
        SecurityPermission.ALARM_ACKNOWLEDGE,
    }
    assert {spec.risk for spec in PERMISSIONS if spec.id in watches} == {"critical"}

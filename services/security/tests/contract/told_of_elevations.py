"""What is told of access for some hours and of emergencies, for the tests of security's promises."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from services.security.tests.component.api import V1, key
from services.security.tests.component.factors import Person

from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.tokens import bearer
from contracts.event import ContractEvent
from contracts.security import break_glass_events as told
from contracts.security import elevation_events as public
from security.domain.break_glass import events as break_glass
from security.domain.break_glass.aggregate import REVIEWED_WITHIN
from security.domain.break_glass.aggregate import break_glass as emergency
from security.domain.break_glass.commands import TellOverdue
from security.domain.elevation import events as elevation

_ID, _WHO, _ROLE = UUID(int=1), UUID(int=7), UUID(int=3)
_THEN = datetime(2026, 9, 1, tzinfo=UTC)
_IDS = {"staff_id": _WHO, "elevation_id": _ID}

_EMERGENCY = {"staff_id": _WHO, "break_glass_id": _ID}

TOLD_OF_EMERGENCIES: list[tuple[Any, list[ContractEvent]]] = [
    (
        break_glass.BreakGlassOpened(
            staff_id=_WHO, role_id=_ROLE, casinos=("*",), incident_id="INC-1", ends_at=_THEN, review_by=_THEN
        ),
        [told.BreakGlassOpened(**_EMERGENCY, casinos=("*",), incident_id="INC-1", ends_at=_THEN, review_by=_THEN)],
    ),
    (
        break_glass.BreakGlassEnded(staff_id=_WHO, cause="ended_by_owner"),
        [told.BreakGlassEnded(**_EMERGENCY, cause="ended_by_owner")],
    ),
    (
        break_glass.BreakGlassReviewed(staff_id=_WHO, reviewed_by="ben", findings="It was right."),
        [told.BreakGlassReviewed(**_EMERGENCY, reviewed_by="ben", findings="It was right.")],
    ),
    (
        break_glass.BreakGlassReviewOverdue(staff_id=_WHO, review_by=_THEN),
        [told.BreakGlassReviewOverdue(**_EMERGENCY, review_by=_THEN)],
    ),
]

TOLD_OF_ELEVATIONS: list[tuple[Any, list[ContractEvent]]] = [
    (
        elevation.ElevationRequested(
            staff_id=_WHO,
            role_id=_ROLE,
            role_name="cashier",
            casinos=("*",),
            minutes=60,
            ticket="OPS-1",
            answer_by=_THEN,
        ),
        [
            public.ElevationRequested(
                **_IDS,
                role_id=_ROLE,
                role_name="cashier",
                casinos=("*",),
                minutes=60,
                ticket="OPS-1",
                answer_by=_THEN,
            )
        ],
    ),
    (
        elevation.ElevationApproved(staff_id=_WHO, approved_by="ben", ends_at=_THEN),
        [public.ElevationApproved(**_IDS, approved_by="ben", ends_at=_THEN)],
    ),
    (
        elevation.ElevationRefused(staff_id=_WHO, refused_by="ben"),
        [public.ElevationRefused(**_IDS, refused_by="ben")],
    ),
    (
        elevation.ElevationWithdrawn(staff_id=_WHO, cause="ended_by_owner"),
        [public.ElevationWithdrawn(**_IDS, cause="ended_by_owner")],
    ),
    (
        elevation.ElevationEnded(staff_id=_WHO, cause="ended_by_colleague"),
        [public.ElevationEnded(**_IDS, cause="ended_by_colleague")],
    ),
]


async def elevations_come_and_go(http: httpx.AsyncClient, asker: str, admin: str, role_id: str) -> None:
    """Everything that people do with wishes for more access, once."""
    why = {"reason": "two are ill"}
    body = {"role_id": role_id, "casinos": ["*"], "minutes": 60, "ticket": "OPS-1", **why}

    async def post(token: str, path: str, content: dict[str, Any]) -> httpx.Response:
        answer = await http.post(f"{V1}{path}", json=content, headers={**bearer(token), **key()})
        assert answer.status_code in (200, 201), answer.text
        return answer

    refused, approved, withdrawn = [(await post(asker, "/elevations", body)).json()["elevation_id"] for _ in range(3)]
    await post(admin, f"/elevations/{refused}/refuse", why)
    await post(admin, f"/elevations/{approved}/approve", why)
    await post(admin, f"/elevations/{approved}/end", why)
    await post(asker, f"/me/elevations/{withdrawn}/end", why)


async def an_emergency_is_reviewed(http: httpx.AsyncClient, service: Service, who: Person, admin: str) -> None:
    """Opened, ended, overdue and reviewed."""
    await who.has_key()
    opened = await who.post("/break-glass", {"reason": "payouts hang", "incident_id": "INC-1", "minutes": 30})
    assert opened.status_code == 201, opened.text
    path = f"/break-glass/{opened.json()['break_glass_id']}"
    who.token = opened.json()["access_token"]
    assert (await who.post(f"/me{path}/end", {"reason": "it works again"})).status_code == 200
    ctx = Context.system("tests", service.application.clock)
    late = TellOverdue(now=ctx.occurred_at + REVIEWED_WITHIN)
    await service.application.execute(emergency, UUID(opened.json()["break_glass_id"]), late, ctx)
    found = {"findings": "Nothing was done at all."}
    reviewed = await http.post(f"{V1}{path}/review", json=found, headers={**bearer(admin), **key()})
    assert reviewed.status_code == 200, reviewed.text

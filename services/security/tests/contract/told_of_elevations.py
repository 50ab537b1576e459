"""What is told of access for some hours, for the tests of security's promises."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from services.security.tests.component.api import V1, key

from chassis.testing.tokens import bearer
from contracts.event import ContractEvent
from contracts.security import elevation_events as public
from security.domain.elevation import events as elevation

_ID, _WHO, _ROLE = UUID(int=1), UUID(int=7), UUID(int=3)
_THEN = datetime(2026, 9, 1, tzinfo=UTC)
_IDS = {"staff_id": _WHO, "elevation_id": _ID}

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

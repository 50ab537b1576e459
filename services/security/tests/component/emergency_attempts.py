"""The routes of access for some hours, for the matrix."""

from uuid import UUID

from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.caller_matrix import Attempt
from contracts.security.permissions import SecurityPermission as P
from security.domain.elevation.aggregate import elevation
from security.domain.elevation.commands import RequestElevation

from .api import V1
from .client_attempts import GIVER
from .clients_api import CASINO

_HERE = UUID(CASINO)
_WHY = {"reason": "two are ill"}
_WISH = {"role_id": "{role_id}", "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", **_WHY}
_ELEVATION = f"{V1}/elevations/{{elevation_id}}"

EMERGENCY_ATTEMPTS = [
    Attempt("GET", f"{V1}/elevations", permission=P.ELEVATION_LIST, casino_id=_HERE, hidden="empty"),
    Attempt(
        "POST",
        f"{V1}/elevations",
        permission=P.ELEVATION_REQUEST,
        casino_id=_HERE,
        json=_WISH,
        allowed=201,
        hidden="invalid",
    ),
    Attempt("GET", _ELEVATION, permission=P.ELEVATION_LIST, casino_id=_HERE),
    Attempt("POST", f"{_ELEVATION}/approve", permission=P.ROLE_ASSIGN, casino_id=_HERE, json=_WHY, subject=GIVER),
    Attempt("POST", f"{_ELEVATION}/refuse", permission=P.ROLE_ASSIGN, casino_id=_HERE, json=_WHY),
    Attempt("POST", f"{_ELEVATION}/end", permission=P.ROLE_ASSIGN, casino_id=_HERE, json=_WHY),
]


async def some_elevation(service: Service, staff_id: UUID, role_id: UUID) -> UUID:
    """A wish of somebody at the casino that waits for an answer."""
    application, elevation_id = service.application, uuid7()
    ctx = Context.system("tests", application.clock)
    command = RequestElevation(
        staff_id=staff_id,
        role_id=role_id,
        role_name="viewer",
        casinos=(CASINO,),
        minutes=60,
        ticket="OPS-1",
        now=ctx.occurred_at,
    )
    await application.execute(elevation, elevation_id, command, ctx)
    return elevation_id

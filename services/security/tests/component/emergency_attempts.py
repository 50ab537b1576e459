"""The routes of access for some hours and of emergencies, for the matrix."""

from datetime import timedelta
from uuid import UUID

from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.caller_matrix import Attempt
from contracts.security.permissions import SecurityPermission as P
from security.domain.break_glass.aggregate import break_glass
from security.domain.break_glass.commands import OpenBreakGlass
from security.domain.elevation.aggregate import elevation
from security.domain.elevation.commands import RequestElevation

from .api import V1
from .client_attempts import GIVER
from .clients_api import CASINO

_HERE = UUID(CASINO)
_WHY = {"reason": "two are ill"}
_WISH = {"role_id": "{role_id}", "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", **_WHY}
_ELEVATION = f"{V1}/elevations/{{elevation_id}}"
_EMERGENCY = f"{V1}/break-glass/{{break_glass_id}}"

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
    Attempt(
        "POST",
        f"{_ELEVATION}/approve",
        permission=P.ROLE_ASSIGN,
        casino_id=_HERE,
        json=_WHY,
        allowed=202,
        subject=GIVER,
    ),
    Attempt("POST", f"{_ELEVATION}/refuse", permission=P.ROLE_ASSIGN, casino_id=_HERE, json=_WHY),
    Attempt("POST", f"{_ELEVATION}/end", permission=P.ROLE_ASSIGN, casino_id=_HERE, json=_WHY),
    Attempt("GET", f"{V1}/break-glass", permission=P.BREAK_GLASS_LIST, casino_id=_HERE, hidden="empty"),
    Attempt("GET", _EMERGENCY, permission=P.BREAK_GLASS_LIST, casino_id=_HERE),
    Attempt("POST", f"{_EMERGENCY}/end", permission=P.BREAK_GLASS_END, casino_id=_HERE, json=_WHY),
    Attempt(
        "POST",
        f"{_EMERGENCY}/review",
        permission=P.BREAK_GLASS_REVIEW,
        casino_id=_HERE,
        json={"findings": "Everything that was done was right."},
    ),
]
OPENING = Attempt(
    "POST",
    f"{V1}/break-glass",
    permission=P.BREAK_GLASS_OPEN,
    casino_id=_HERE,
    json={"incident_id": "INC-1", "minutes": 30, **_WHY},
    allowed=201,
)
"""It takes a session that goes on, so who is let in is tried in `test_break_glass.py`."""


async def some_emergency(service: Service, staff_id: UUID, *, over: bool, casino: str = CASINO) -> UUID:
    """An emergency at a casino that is open, or over and to be reviewed."""
    application, break_glass_id = service.application, uuid7()
    ctx = Context.system("tests", application.clock)
    before = timedelta(hours=1 if over else 0)
    command = OpenBreakGlass(
        staff_id=staff_id,
        role_id=uuid7(),
        casinos=(casino,),
        incident_id="INC-1",
        minutes=30,
        now=ctx.occurred_at - before,
    )
    await application.execute(break_glass, break_glass_id, command, ctx)
    return break_glass_id


async def some_elevation(service: Service, staff_id: UUID, role_id: UUID, *, casino: str = CASINO) -> UUID:
    """A wish of somebody at a casino that waits for an answer."""
    application, elevation_id = service.application, uuid7()
    ctx = Context.system("tests", application.clock)
    command = RequestElevation(
        staff_id=staff_id,
        role_id=role_id,
        role_name="viewer",
        casinos=(casino,),
        minutes=60,
        ticket="OPS-1",
        now=ctx.occurred_at,
    )
    await application.execute(elevation, elevation_id, command, ctx)
    return elevation_id

"""What times mean in a request: `now`, and the zone of dates alone and of times that say no offset."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.db import Database
from chassis.domain import SystemClock
from chassis.http.listing.fields import Field
from chassis.http.listing.tree import Leaf, Node, conjuncts
from chassis.http.listing.values import Moment

Zones = Callable[[Database, UUID], Awaitable[ZoneInfo | None]]
"""The zone of a casino, where it is known; an application holds it as `casino_zone`."""


async def moment_of(
    request: Request,
    caller: Caller,
    db: Database,
    zone: ZoneInfo | None,
    casinos: Sequence[str],
    filters: Sequence[Node | None],
) -> Moment:
    """Times are read in the zone of the request, else of the one casino it is about, else in UTC.

    Args:
        zone: what `Prefer: timezone=` says.
        casinos: the fields that hold a row's casino.
        filters: all of those that are ANDed.
    """
    state = request.app.state
    clock = getattr(state, "clock", None) or SystemClock()
    me = str(caller.id) if caller.kind == "staff" else None
    zones: Zones | None = getattr(state, "casino_zone", None)
    casino = None if zone is not None or zones is None else one_casino(request, caller, casinos, filters)
    if casino is not None and zones is not None:
        zone = await zones(db, casino)
    return Moment(clock.now(), me=me) if zone is None else Moment(clock.now(), zone, me)


def one_casino(request: Request, caller: Caller, casinos: Sequence[str], filters: Sequence[Node | None]) -> UUID | None:
    """The casino all rows are of, because of the address, the caller or a filter; None when there may be several."""
    named = _id(request.path_params.get("casino_id"))
    if named is not None:
        return named
    scope = caller.scope()
    if scope.ids is not None and len(scope.ids) == 1:
        return next(iter(scope.ids))
    for one in (leaf for node in filters for leaf in conjuncts(node)):
        if isinstance(one, Leaf) and one.field in casinos and one.op == "eq" and one.every is None:
            asked = _id(one.value)
            if asked is not None and scope.allows(asked):
                return asked
    return None


def casino_fields(fields: Any, column: Any) -> tuple[str, ...]:
    """The names under which a list shows its rows' casino."""
    known: dict[str, Field] = fields
    return tuple(name for name, field in known.items() if column is not None and field.column is column)


def _id(text: Any) -> UUID | None:
    if isinstance(text, UUID):
        return text
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None

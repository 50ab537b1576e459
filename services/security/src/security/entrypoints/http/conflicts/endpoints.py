"""Duties that met in one person, as the newest look found them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import ColumnElement

from chassis.auth import Caller, Requires
from chassis.http.listing import Field, ListSpec, serve_list
from contracts.security.permissions import SecurityPermission as P
from security.adapters.tables import duties_conflict
from security.entrypoints.http.reach import at_own_casinos

router = APIRouter(prefix="/api/security/v1/sod-conflicts", tags=["roles"])

CONFLICTS = ListSpec(
    "sod-conflicts",
    duties_conflict,
    casino_column=None,
    id_column=duties_conflict.c.id,
    fields={
        "id": Field(duties_conflict.c.id),
        "staff_id": Field(duties_conflict.c.staff_id),
        "first": Field(duties_conflict.c.first),
        "second": Field(duties_conflict.c.second),
        "casinos": Field(duties_conflict.c.casinos),
        "why": Field(duties_conflict.c.why, ops=()),
        "override": Field(duties_conflict.c.override, ops=("is",)),
        "found_at": Field(duties_conflict.c.found_at, sortable=True),
        "seen_at": Field(duties_conflict.c.seen_at),
    },
    default_order="found_at.desc",
)
"""A row belongs to the casinos it names; the route narrows the list to what is at the caller's."""


class ConflictItem(BaseModel):
    """Two permissions that are kept apart, and who holds both, where. `override` is why, if somebody said so."""

    id: UUID
    staff_id: UUID
    first: str
    second: str
    casinos: list[str]
    why: str
    override: str | None
    found_at: datetime
    seen_at: datetime


_LISTED = Requires(P.CONFLICT_LIST)


async def at_own(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees what meets there, and nothing of what it takes elsewhere."""
    return at_own_casinos(caller, duties_conflict.c.casinos)


serve_list(
    router,
    "",
    CONFLICTS,
    _LISTED,
    item=ConflictItem,
    export=P.ASSIGNMENT_EXPORT,
    narrow=at_own,
    summary="Who holds what two people should hold.",
)

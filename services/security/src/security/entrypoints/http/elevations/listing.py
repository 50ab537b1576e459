"""The list of wishes for more access."""

from sqlalchemy import ColumnElement

from chassis.auth import Caller
from chassis.http.listing import Field, ListSpec
from security.entrypoints.http.reach import at_own_casinos
from security.read_models.elevation_list import ElevationStatus, table

ELEVATIONS = ListSpec(
    "elevations",
    table,
    casino_column=None,
    id_column=table.c.elevation_id,
    fields={
        "elevation_id": Field(table.c.elevation_id),
        "staff_id": Field(table.c.staff_id),
        "role_id": Field(table.c.role_id),
        "role_name": Field(table.c.role_name),
        "casinos": Field(table.c.casinos),
        "minutes": Field(table.c.minutes),
        "ticket": Field(table.c.ticket),
        "reason": Field(table.c.reason, ops=()),
        "status": Field(table.c.status, values=ElevationStatus),
        "requested_at": Field(table.c.requested_at, sortable=True),
        "answer_by": Field(table.c.answer_by),
        "answered_at": Field(table.c.answered_at),
        "answered_by": Field(table.c.answered_by),
        "answer": Field(table.c.answer, ops=()),
        "ends_at": Field(table.c.ends_at, sortable=True),
    },
    default_order="requested_at.desc",
)
"""A row belongs to the casinos it names; the route narrows the list to the caller's."""


def elevations_within(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over wishes to those for the caller's casinos alone."""
    return at_own_casinos(caller, table.c.casinos)

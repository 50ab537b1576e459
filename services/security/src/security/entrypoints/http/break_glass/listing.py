"""The list of emergencies and their reviews."""

from sqlalchemy import ColumnElement

from chassis.auth import Caller
from chassis.http.listing import Field, ListSpec
from security.entrypoints.http.reach import at_own_casinos
from security.read_models.break_glass_list import table

EMERGENCIES = ListSpec(
    "break-glass",
    table,
    casino_column=None,
    id_column=table.c.break_glass_id,
    fields={
        "break_glass_id": Field(table.c.break_glass_id),
        "staff_id": Field(table.c.staff_id),
        "casinos": Field(table.c.casinos),
        "incident_id": Field(table.c.incident_id),
        "reason": Field(table.c.reason, ops=()),
        "opened_at": Field(table.c.opened_at, sortable=True),
        "ends_at": Field(table.c.ends_at),
        "review_by": Field(table.c.review_by, sortable=True),
        "reviewed_at": Field(table.c.reviewed_at),
        "reviewed_by": Field(table.c.reviewed_by),
        "findings": Field(table.c.findings, ops=()),
        "overdue_at": Field(table.c.overdue_at),
    },
    default_order="opened_at.desc",
)
"""A row belongs to the casinos it names; the route narrows the list to the caller's."""


def emergencies_within(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over emergencies to those at the caller's casinos alone."""
    return at_own_casinos(caller, table.c.casinos)

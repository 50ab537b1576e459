"""The list of who holds which role."""

from chassis.http.listing import Field, ListSpec
from security.read_models.assignment_list import table

ASSIGNMENTS = ListSpec(
    "assignments",
    table,
    casino_column=None,
    id_column=table.c.assignment_id,
    fields={
        "assignment_id": Field(table.c.assignment_id),
        "staff_id": Field(table.c.staff_id),
        "role_id": Field(table.c.role_id),
        "role_name": Field(table.c.role_name),
        "casinos": Field(table.c.casinos),
        "assigned_at": Field(table.c.assigned_at, sortable=True),
        "assigned_by": Field(table.c.assigned_by),
        "reason": Field(table.c.reason, ops=()),
        "not_before": Field(table.c.not_before),
        "expires_at": Field(table.c.expires_at),
        "ticket": Field(table.c.ticket),
        "approved_by": Field(table.c.approved_by),
        "override": Field(table.c.override, ops=("is",)),
    },
    default_order="assigned_at.desc",
)
"""A row belongs to the casinos it names; the route narrows the list to the caller's."""

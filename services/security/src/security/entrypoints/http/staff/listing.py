"""The list of staff."""

from chassis.http.listing import Field, ListSpec
from security.read_models.staff_list import StaffStatus, table

STAFF = ListSpec(
    "staff",
    table,
    casino_column=None,
    id_column=table.c.staff_id,
    fields={
        "staff_id": Field(table.c.staff_id),
        "login": Field(table.c.login, sortable=True),
        "name": Field(table.c.name, sortable=True),
        "status": Field(table.c.status, values=StaffStatus, sortable=True),
        "contractor": Field(table.c.contractor),
        "added_at": Field(table.c.added_at, sortable=True),
    },
    default_order="added_at.desc",
)

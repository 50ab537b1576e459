"""The list of casinos."""

from backoffice.read_models.casino_list import table
from chassis.http.listing import Field, ListSpec

CASINOS = ListSpec(
    "casinos",
    table,
    casino_column=table.c.casino_id,
    id_column=table.c.casino_id,
    fields={
        "casino_id": Field(table.c.casino_id),
        "name": Field(table.c.name, sortable=True),
        "jurisdiction": Field(table.c.jurisdiction),
        "currency": Field(table.c.currency),
        "time_zone": Field(table.c.time_zone),
        "gaming_day_starts_at_hour": Field(table.c.gaming_day_starts_at_hour),
        "profiles": Field(table.c.profiles),
        "opened_at": Field(table.c.opened_at, sortable=True),
    },
    default_order="name",
)

"""The list of cases."""

from typing import get_args

from chassis.http.listing import Field, ListSpec
from verification.domain.case.catalogue import Level
from verification.read_models.case_list import CaseStatus, table

CASES = ListSpec(
    "cases",
    table,
    casino_column=table.c.casino_id,
    fields={
        "player_id": Field(table.c.player_id),
        "casino_id": Field(table.c.casino_id),
        "country": Field(table.c.country, sortable=True),
        "status": Field(table.c.status, values=CaseStatus, sortable=True),
        "level": Field(table.c.level, values=get_args(Level), sortable=True),
        "level_since": Field(table.c.level_since, sortable=True),
        "opened_at": Field(table.c.opened_at, sortable=True),
        "screened_at": Field(table.c.screened_at, sortable=True, data_class="aml"),
        "open_hits": Field(table.c.open_hits, sortable=True, data_class="aml"),
        "confirmed_hits": Field(table.c.confirmed_hits, sortable=True, data_class="aml"),
        "pending_documents": Field(table.c.pending_documents, sortable=True),
    },
    default_order="opened_at.desc",
    id_column=table.c.player_id,
)

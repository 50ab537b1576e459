"""The list of deposits, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from payments.read_models.deposit_list import table

DEPOSITS = ListSpec(
    "deposits",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    fields={
        "deposit_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id),
        "provider": Field(table.c.provider),
        "status": Field(table.c.status),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "requested_minor": Field(table.c.requested_minor, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "reference": Field(table.c.reference),
        "code": Field(table.c.code),
        "late": Field(table.c.late),
        "created_at": Field(table.c.created_at, sortable=True),
        "updated_at": Field(table.c.updated_at, sortable=True),
    },
    default_order="created_at.desc",
)

"""The list of exchanges, as it may be asked for."""

from sqlalchemy import Text, cast

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.ledger.tables import ledger_exchange as table

EXCHANGES = ListSpec(
    "exchanges",
    table,
    casino_column=table.c.casino_id,
    fields={
        "exchange_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_ledger_exchange_player"),
        "sold_currency": Field(table.c.sold_currency),
        "sold_minor": Field(table.c.sold_minor, sortable=True, currency="sold_currency", data_class="financial"),
        "bought_currency": Field(table.c.bought_currency),
        "bought_minor": Field(table.c.bought_minor, sortable=True, currency="bought_currency", data_class="financial"),
        "rate": Field(cast(table.c.rate, Text), ops=()),
        "spread_bp": Field(table.c.spread_bp),
        "source": Field(table.c.source),
        "as_of": Field(table.c.as_of),
        "proposed_by": Field(table.c.proposed_by),
        "approved_by": Field(table.c.approved_by),
        "exchanged_at": Field(table.c.exchanged_at, sortable=True),
    },
    default_order="exchanged_at.desc",
    time_field="exchanged_at",
    heavy=P.LIST_HEAVY,
)

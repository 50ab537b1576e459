"""The list of adjustments, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.domain.adjustment.words import AdjustmentClass, Direction
from payments.read_models.adjustment_list import table

ADJUSTMENTS = ListSpec(
    "adjustments",
    table,
    casino_column=table.c.casino_id,
    fields={
        "adjustment_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_adjustment_list_player"),
        "direction": Field(table.c.direction, values=Direction),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "adjustment_class": Field(
            table.c.adjustment_class, values=AdjustmentClass, index_hint="ix_rm_adjustment_list_class"
        ),
        "reference": Field(table.c.reference, index_hint="ix_rm_adjustment_list_reference"),
        "reason": Field(table.c.reason, ops=(), permission=P.ADJUSTMENT_VIEW_REASON),
        "proposed_by": Field(table.c.proposed_by),
        "approved_by": Field(table.c.approved_by),
        "transfer_id": Field(table.c.transfer_id, ops=()),
        "adjusted_at": Field(table.c.adjusted_at, sortable=True),
    },
    default_order="adjusted_at.desc",
    time_field="adjusted_at",
    heavy=P.LIST_HEAVY,
)

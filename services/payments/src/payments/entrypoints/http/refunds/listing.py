"""The list of refunds, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from contracts.payments.states import RefundStatus
from payments.domain.withdrawal.going import Held
from payments.read_models.refund_list import table

REFUNDS = ListSpec(
    "refunds",
    table,
    casino_column=table.c.casino_id,
    fields={
        "refund_id": Field(table.c.id),
        "deposit_id": Field(table.c.deposit_id, index_hint="ix_rm_refund_list_deposit"),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_refund_list_player"),
        "provider": Field(table.c.provider),
        "status": Field(table.c.status, values=RefundStatus, index_hint="ix_rm_refund_list_status"),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "owed_minor": Field(table.c.owed_minor, sortable=True, currency="currency", data_class="financial"),
        "fee_minor": Field(table.c.fee_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "reference": Field(table.c.reference, index_hint="ix_rm_refund_list_reference"),
        "code": Field(table.c.code),
        "reason": Field(table.c.reason, ops=(), permission=P.REFUND_VIEW_REASON),
        "proposed_by": Field(table.c.proposed_by),
        "approved_by": Field(table.c.approved_by),
        "held_by": Field(table.c.held_by, values=Held),
        "created_at": Field(table.c.created_at, sortable=True),
        "updated_at": Field(table.c.updated_at, sortable=True, never_before=table.c.created_at),
    },
    default_order="created_at.desc",
    time_field="created_at",
    heavy=P.LIST_HEAVY,
)

"""The list of deposits, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from chassis.http.listing.codes import code_fields
from contracts.payments.permissions import PaymentsPermission as P
from contracts.payments.states import DepositStatus
from payments.read_models.deposit_list import table

DEPOSITS = ListSpec(
    "deposits",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    fields={
        "deposit_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_deposit_list_player"),
        "provider": Field(table.c.provider, sortable=True),
        "status": Field(table.c.status, sortable=True, values=DepositStatus, index_hint="ix_rm_deposit_list_status"),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "requested_minor": Field(table.c.requested_minor, sortable=True, currency="currency", data_class="financial"),
        "reversed_minor": Field(table.c.reversed_minor, sortable=True, currency="currency", data_class="financial"),
        "fee_minor": Field(table.c.fee_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "reference": Field(table.c.reference, index_hint="ix_rm_deposit_list_reference"),
        **code_fields("code", table.c.code),
        "late": Field(table.c.late),
        "method": Field(table.c.method),
        "attempts": Field(table.c.attempts),
        "created_at": Field(table.c.created_at, sortable=True),
        "updated_at": Field(table.c.updated_at, sortable=True, never_before=table.c.created_at),
    },
    default_order="created_at.desc",
    time_field="created_at",
    heavy=P.LIST_HEAVY,
)

"""The list of disputes, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.domain.dispute.words import AnswerState, Stage, Status
from payments.read_models.dispute_list import table

DISPUTES = ListSpec(
    "disputes",
    table,
    casino_column=table.c.casino_id,
    fields={
        "dispute_id": Field(table.c.id),
        "deposit_id": Field(table.c.deposit_id, index_hint="ix_rm_dispute_list_deposit"),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_dispute_list_player"),
        "provider": Field(table.c.provider),
        "reference": Field(table.c.reference, index_hint="ix_rm_dispute_list_reference"),
        "payment": Field(table.c.payment),
        "stage": Field(table.c.stage, values=Stage),
        "status": Field(table.c.status, values=Status, index_hint="ix_rm_dispute_list_status"),
        "told": Field(table.c.told, values=Status),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "code": Field(table.c.code),
        "due_at": Field(table.c.due_at, sortable=True),
        "fee_minor": Field(table.c.fee_minor, currency="fee_currency", data_class="financial"),
        "fee_currency": Field(table.c.fee_currency),
        "evidence": Field(table.c.evidence),
        "warned": Field(table.c.warned),
        "by_hand": Field(table.c.by_hand),
        "answered_by": Field(table.c.answered_by),
        "answering": Field(table.c.answering),
        "answer": Field(table.c.answer, values=AnswerState),
        "answer_code": Field(table.c.answer_code),
        "taken": Field(table.c.taken),
        "opened_at": Field(table.c.opened_at, sortable=True),
        "updated_at": Field(table.c.updated_at, sortable=True, never_before=table.c.opened_at),
    },
    default_order="opened_at.desc",
    time_field="opened_at",
    heavy=P.LIST_HEAVY,
)

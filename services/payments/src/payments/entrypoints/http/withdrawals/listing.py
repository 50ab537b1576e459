"""The list of withdrawals, as it may be asked for."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, literal
from sqlalchemy.dialects.postgresql import JSONB

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from contracts.payments.states import WithdrawalStatus
from payments.domain.withdrawal.going import Held
from payments.domain.withdrawal.policy import SUSPICIONS, Stop
from payments.read_models.withdrawal_list import table

_HARMLESS = frozenset(Stop) - SUSPICIONS


def told_stops(stopped_by: Sequence[str]) -> dict[str, list[str]]:
    """Why the policy did not let one go, as two fields: `review` are suspicions, which are not for everybody.

    >>> told_stops(["amount", "fraud_rules"])
    {'stopped_by': ['amount'], 'review': ['fraud_rules']}
    """
    kinds = {"stopped_by": _HARMLESS, "review": SUSPICIONS}
    return {name: [one for one in stopped_by if one in kind] for name, kind in kinds.items()}


def _without(words: Collection[Stop]) -> ColumnElement[Any]:
    return table.c.stopped_by.op("-", return_type=JSONB())(literal(sorted(map(str, words)), ARRAY(Text)))


WITHDRAWALS = ListSpec(
    "withdrawals",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    fields={
        "withdrawal_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_withdrawal_list_player"),
        "provider": Field(table.c.provider, sortable=True),
        "method": Field(table.c.method),
        "status": Field(
            table.c.status, sortable=True, values=WithdrawalStatus, index_hint="ix_rm_withdrawal_list_status"
        ),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "fee_minor": Field(table.c.fee_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "destination": Field(table.c.destination, ops=(), data_class="financial"),
        "payload_sha256": Field(table.c.payload_sha256, ops=(), staff_only=True),
        "approvals_needed": Field(table.c.approvals_needed, staff_only=True),
        "approved_by": Field(table.c.approved_by, staff_only=True),
        "reference": Field(table.c.reference, index_hint="ix_rm_withdrawal_list_reference"),
        "code": Field(table.c.code),
        "reject_reason": Field(table.c.reject_reason, ops=(), permission=P.WITHDRAWAL_VIEW_REASON, staff_only=True),
        "returned_minor": Field(table.c.returned_minor, sortable=True, currency="currency", data_class="financial"),
        "due_at": Field(table.c.due_at, sortable=True),
        "stopped_by": Field(_without(SUSPICIONS), kind="texts", values=sorted(_HARMLESS), staff_only=True),
        "review": Field(
            _without(_HARMLESS), kind="texts", values=sorted(SUSPICIONS), data_class="aml", staff_only=True
        ),
        "held_by": Field(table.c.held_by, values=Held, staff_only=True),
        "instrument_id": Field(table.c.instrument_id),
        "parent_id": Field(table.c.parent_id, index_hint="ix_rm_withdrawal_list_parent"),
        "paid_minor": Field(table.c.paid_minor, sortable=True, currency="currency", data_class="financial"),
        "batch_id": Field(table.c.batch_id, staff_only=True, index_hint="ix_rm_withdrawal_list_batch"),
        "created_at": Field(table.c.created_at, sortable=True),
        "updated_at": Field(table.c.updated_at, sortable=True, never_before=table.c.created_at),
    },
    default_order="created_at.desc",
    time_field="created_at",
    heavy=P.LIST_HEAVY,
)

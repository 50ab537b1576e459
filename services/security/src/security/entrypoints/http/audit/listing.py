"""The list of everything that happened."""

from typing import get_args

from chassis.http.listing import Field, ListSpec
from chassis.http.listing.events import told_to
from contracts.data_classes import EVENT_CLASSES
from contracts.envelope import ActorKind
from contracts.platform.events import Ending, Outcome
from contracts.security.permissions import SecurityPermission as P
from security.read_models.audit_log import DECISION, OUTCOME, PERMISSION, SUBJECT_ID, table

AUDIT = ListSpec(
    "audit",
    table,
    casino_column=table.c.casino_id,
    id_column=table.c.entry_id,
    fields={
        "entry_id": Field(table.c.entry_id),
        "happened_at": Field(table.c.happened_at, sortable=True),
        "type": Field(table.c.type),
        "casino_id": Field(table.c.casino_id),
        "actor_kind": Field(table.c.actor_kind, values=get_args(ActorKind)),
        "actor_id": Field(table.c.actor_id, index_hint="ix_rm_audit_log_actor_id"),
        "actor_ip": Field(table.c.actor_ip, ops=("eq",)),
        "authorised_by": Field(table.c.authorised_by),
        "reason": Field(table.c.reason, ops=()),
        "element": Field(table.c.element, index_hint="ix_rm_audit_log_element"),
        "outcome": Field(OUTCOME, values=(*get_args(Outcome), *get_args(Ending)), index_hint="ix_rm_audit_log_came_to"),
        "decision": Field(DECISION, index_hint="ix_rm_audit_log_decision"),
        "permission": Field(PERMISSION, index_hint="ix_rm_audit_log_permission"),
        "subject_id": Field(SUBJECT_ID, index_hint="ix_rm_audit_log_subject_id"),
        "before": Field(table.c.before),
        "after": Field(table.c.after),
        "correlation_id": Field(table.c.correlation_id),
        "break_glass": Field(table.c.break_glass, index_hint="ix_rm_audit_log_break_glass"),
    },
    default_order="happened_at.desc",
    time_field="happened_at",
    heavy=P.LIST_HEAVY,
    visible=lambda caller: told_to(caller, table.c.type, EVENT_CLASSES, looked=PERMISSION),
)

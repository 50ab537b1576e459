"""The lists of decisions, cases, rules and entries, as they may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.fraud.tables import fraud_decision, fraud_entry, fraud_rule
from payments.application.fraud.ports import Proof
from payments.domain.fraud.features import KEYS
from payments.domain.fraud.rules import Action, Mode, Trigger
from payments.domain.fraud_case.words import CaseOutcome
from payments.read_models.fraud_case_list import table as fraud_case

DECISIONS = ListSpec(
    "fraud decisions",
    fraud_decision,
    casino_column=fraud_decision.c.casino_id,
    fields={
        "decision_id": Field(fraud_decision.c.id),
        "casino_id": Field(fraud_decision.c.casino_id),
        "player_id": Field(fraud_decision.c.player_id, index_hint="ix_fraud_decision_player"),
        "trigger": Field(fraud_decision.c.trigger, values=Trigger),
        "payment_id": Field(fraud_decision.c.payment_id, index_hint="uq_fraud_decision_payment"),
        "amount_minor": Field(
            fraud_decision.c.amount_minor, sortable=True, currency="currency", data_class="financial"
        ),
        "currency": Field(fraud_decision.c.currency),
        "action": Field(fraud_decision.c.action, values=Action, index_hint="ix_fraud_decision_action"),
        "shadow_action": Field(fraud_decision.c.shadow_action, values=Action),
        "rules": Field(fraud_decision.c.rules, kind="texts", data_class="aml"),
        "shadow_rules": Field(fraud_decision.c.shadow_rules, kind="texts", data_class="aml"),
        "rule_version": Field(fraud_decision.c.rule_version),
        "proof": Field(fraud_decision.c.proof, values=Proof),
        "case_id": Field(fraud_decision.c.case_id, index_hint="ix_fraud_decision_case"),
        "decided_at": Field(fraud_decision.c.decided_at, sortable=True),
    },
    default_order="decided_at.desc",
    time_field="decided_at",
    heavy=P.LIST_HEAVY,
)

CASES = ListSpec(
    "fraud cases",
    fraud_case,
    casino_column=fraud_case.c.casino_id,
    fields={
        "case_id": Field(fraud_case.c.id),
        "casino_id": Field(fraud_case.c.casino_id),
        "player_id": Field(fraud_case.c.player_id, index_hint="ix_rm_fraud_case_list_player"),
        "status": Field(fraud_case.c.status, values=("open", "closed"), index_hint="ix_rm_fraud_case_list_status"),
        "outcome": Field(fraud_case.c.outcome, values=CaseOutcome),
        "rules": Field(fraud_case.c.rules, kind="texts", data_class="aml"),
        "alerts": Field(fraud_case.c.alerts),
        "assignee": Field(fraud_case.c.assignee),
        "decided_by": Field(fraud_case.c.decided_by),
        "opened_at": Field(fraud_case.c.opened_at, sortable=True),
        "updated_at": Field(fraud_case.c.updated_at, sortable=True),
    },
    default_order="opened_at.desc",
    time_field="opened_at",
    heavy=P.LIST_HEAVY,
)

RULES = ListSpec(
    "fraud rules",
    fraud_rule,
    casino_column=fraud_rule.c.casino_id,
    fields={
        "rule_id": Field(fraud_rule.c.id),
        "casino_id": Field(fraud_rule.c.casino_id),
        "rule": Field(fraud_rule.c.rule),
        "version": Field(fraud_rule.c.version),
        "trigger": Field(fraud_rule.c.trigger, values=Trigger),
        "action": Field(fraud_rule.c.action, values=Action),
        "mode": Field(fraud_rule.c.mode, values=Mode),
        "typology": Field(fraud_rule.c.typology),
        "score": Field(fraud_rule.c.score),
        "switched_off": Field(fraud_rule.c.switched_off),
        "off_until": Field(fraud_rule.c.off_until),
        "switched_by": Field(fraud_rule.c.switched_by),
        "switched_at": Field(fraud_rule.c.switched_at),
        "published_at": Field(fraud_rule.c.published_at, sortable=True),
    },
    default_order="published_at.desc",
    exportable=False,
)

ENTRIES = ListSpec(
    "fraud entries",
    fraud_entry,
    casino_column=fraud_entry.c.casino_id,
    fields={
        "entry_id": Field(fraud_entry.c.id),
        "casino_id": Field(fraud_entry.c.casino_id),
        "list": Field(fraud_entry.c.list, values=("block", "allow")),
        "kind": Field(fraud_entry.c.kind, values=KEYS),
        "player_id": Field(fraud_entry.c.player_id),
        "until": Field(fraud_entry.c.until),
        "rule": Field(fraud_entry.c.rule),
        "added_by": Field(fraud_entry.c.added_by),
        "added_at": Field(fraud_entry.c.added_at, sortable=True),
    },
    default_order="added_at.desc",
    exportable=False,
)

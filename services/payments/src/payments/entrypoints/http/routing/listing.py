"""The list of routing decisions, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.routing.tables import routing_decision as table
from payments.application.routing.ports import RoutingOutcome
from payments.domain.routing.strategy import Direction, Way

DECISIONS = ListSpec(
    "routing_decisions",
    table,
    casino_column=table.c.casino_id,
    fields={
        "decision_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_routing_decision_player"),
        "direction": Field(table.c.direction, values=Direction),
        "withdrawal_id": Field(table.c.withdrawal_id, index_hint="uq_routing_decision_withdrawal_id_attempt"),
        "deposit_id": Field(table.c.deposit_id, index_hint="uq_routing_decision_deposit_id_attempt"),
        "attempt": Field(table.c.attempt),
        "method": Field(table.c.method),
        "currency": Field(table.c.currency),
        "amount_minor": Field(table.c.amount_minor, currency="currency", data_class="financial"),
        "country": Field(table.c.country),
        "new_player": Field(table.c.new_player),
        "strategy_version": Field(table.c.strategy_version),
        "way": Field(table.c.way, values=Way),
        "rule": Field(table.c.rule),
        "explored": Field(table.c.explored),
        "provider": Field(table.c.provider, index_hint="ix_routing_decision_provider"),
        "outcome": Field(table.c.outcome, values=RoutingOutcome, index_hint="ix_routing_decision_outcome"),
        "code": Field(table.c.code),
        "decided_at": Field(table.c.decided_at, sortable=True),
        "ended_at": Field(table.c.ended_at),
    },
    default_order="decided_at.desc",
    time_field="decided_at",
    heavy=P.LIST_HEAVY,
)

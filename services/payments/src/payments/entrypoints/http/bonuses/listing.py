"""The list of what people did with bonus money, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.ledger.tables import ledger_bonus as table
from payments.domain.bonus.words import BonusAction

BONUSES = ListSpec(
    "bonuses",
    table,
    casino_column=table.c.casino_id,
    fields={
        "bonus_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_ledger_bonus_player"),
        "action": Field(table.c.action, values=BonusAction),
        "amount_minor": Field(table.c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "forfeited_minor": Field(table.c.forfeited_minor, currency="currency", data_class="financial"),
        "currency": Field(table.c.currency),
        "reference": Field(table.c.reference, index_hint="ix_ledger_bonus_reference"),
        "proposed_by": Field(table.c.proposed_by),
        "approved_by": Field(table.c.approved_by),
        "moved_at": Field(table.c.moved_at, sortable=True),
    },
    default_order="moved_at.desc",
    time_field="moved_at",
    heavy=P.LIST_HEAVY,
)

"""The list of what happened to a player."""

from typing import get_args

from backoffice.read_models.timeline import SAME_MOMENT, table
from chassis.http.listing import Field, ListSpec
from contracts.envelope import ActorKind

TIMELINE = ListSpec(
    "timeline",
    table,
    casino_column=table.c.casino_id,
    tie_columns=SAME_MOMENT,
    id_column=table.c.entry_id,
    fields={
        "entry_id": Field(table.c.entry_id),
        "happened_at": Field(table.c.happened_at, sortable=True),
        "service": Field(table.c.service),
        "type": Field(table.c.type),
        "actor_kind": Field(table.c.actor_kind, values=get_args(ActorKind)),
        "actor_id": Field(table.c.actor_id, refers="staff"),
        "actor_name": Field(None, label="Colleague"),
        "authorised_by": Field(table.c.authorised_by),
        "reason": Field(table.c.reason, ops=()),
        "break_glass": Field(table.c.break_glass),
        "facts": Field(table.c.facts),
        "casino_id": Field(table.c.casino_id, hidden=True),
    },
    default_order="happened_at.desc",
)

"""The list of providers' notifications. What waits for a person: `outcome=eq.set_aside&closed_at=is.null`."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.tables import provider_notification as table
from payments.application.outcomes import NotificationOutcome

NOTIFICATIONS = ListSpec(
    "provider_notifications",
    table,
    casino_column=table.c.casino_id,
    fields={
        "id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "provider": Field(table.c.provider),
        "notification_id": Field(table.c.notification_id, index_hint="ix_provider_notification_notification_id"),
        "kind": Field(table.c.kind),
        "outcome": Field(table.c.outcome, values=NotificationOutcome, index_hint="ix_provider_notification_outcome"),
        "code": Field(table.c.code),
        "accepted": Field(table.c.accepted),
        "facts": Field(table.c.facts, ops=(), data_class="financial"),
        "said_at": Field(table.c.said_at),
        "received_at": Field(table.c.received_at, sortable=True),
        "closed_at": Field(table.c.closed_at),
        "closed_by": Field(table.c.closed_by, refers="staff"),
    },
    default_order="received_at.desc",
    time_field="received_at",
    heavy=P.LIST_HEAVY,
)

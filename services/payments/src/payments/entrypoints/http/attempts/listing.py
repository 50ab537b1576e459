"""The list of calls out to providers."""

from typing import get_args

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.tables import provider_attempt as table
from payments.application.outcomes import AttemptOutcome
from payments.application.stores import Operation

ATTEMPTS = ListSpec(
    "provider_attempts",
    table,
    casino_column=table.c.casino_id,
    fields={
        "attempt_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "provider": Field(table.c.provider),
        "operation": Field(table.c.operation, values=get_args(Operation)),
        "payment_id": Field(table.c.payment_id, index_hint="ix_provider_attempt_payment"),
        "idempotency_key": Field(table.c.idempotency_key, index_hint="ix_provider_attempt_idempotency_key"),
        "outcome": Field(table.c.outcome, values=AttemptOutcome, index_hint="ix_provider_attempt_outcome"),
        "http_status": Field(table.c.http_status),
        "code": Field(table.c.code),
        "duration_ms": Field(table.c.duration_ms, sortable=True),
        "attempted_at": Field(table.c.attempted_at, sortable=True),
    },
    default_order="attempted_at.desc",
    time_field="attempted_at",
    heavy=P.LIST_HEAVY,
)

"""The list of floats, as it may be asked for."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.errors import SetAside
from payments.adapters.floats import provider_float_now as view
from payments.domain.routing.float import FloatSource

v = view.c

FLOATS = ListSpec(
    "provider_floats",
    view,
    casino_column=v.casino_id,
    fields={
        "float_id": Field(v.id, sortable=True),
        "casino_id": Field(v.casino_id),
        "provider": Field(v.provider),
        "currency": Field(v.currency),
        "balance_minor": Field(v.balance_minor, currency="currency", data_class="financial"),
        "source": Field(v.source, values=FloatSource),
        "told_by": Field(v.told_by),
        "told_at": Field(v.told_at),
        "fresh_until": Field(v.fresh_until),
        "under_way_minor": Field(v.under_way_minor, currency="currency", data_class="financial"),
        "free_minor": Field(v.room_minor, currency="currency", data_class="financial"),
        "ledger_minor": Field(v.ledger_minor, currency="currency", data_class="financial"),
        "low_minor": Field(v.low_minor, currency="currency", data_class="financial"),
        "alarm": Field(v.alarm, values=SetAside),
        "alarm_since": Field(v.alarm_since),
    },
    default_order="float_id.asc",
)

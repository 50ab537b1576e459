"""The lists of reconciliation: files, their lines, movements, batches, clearing accounts, and what does not agree."""

from chassis.http.listing import Field, ListSpec
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.reconciliation.tables import (
    clearing_account,
    settlement_batch,
    settlement_break,
    settlement_expectation,
    settlement_file,
    settlement_item,
)
from payments.domain.reconciliation.words import (
    BatchState,
    BreakKind,
    Difference,
    ExpectationState,
    FileState,
    ItemState,
    Movement,
)

f, i, e, b, a, k = (
    settlement_file.c,
    settlement_item.c,
    settlement_expectation.c,
    settlement_batch.c,
    clearing_account.c,
    settlement_break.c,
)

FILES = ListSpec(
    "settlement_files",
    settlement_file,
    casino_column=f.casino_id,
    fields={
        "file_id": Field(f.id),
        "casino_id": Field(f.casino_id),
        "format": Field(f.format),
        "provider": Field(f.provider),
        "sha256": Field(f.sha256, ops=("eq",)),
        "size_bytes": Field(f.size_bytes),
        "state": Field(f.state, values=FileState),
        "why": Field(f.why, ops=()),
        "rows": Field(f.rows),
        "compared": Field(f.compared, ops=()),
        "last_line": Field(f.last_line, ops=()),
        "replaces": Field(f.replaces),
        "uploaded_by": Field(f.uploaded_by),
        "uploaded_at": Field(f.uploaded_at, sortable=True),
        "finished_at": Field(f.finished_at),
    },
    default_order="uploaded_at.desc",
)

ITEMS = ListSpec(
    "settlement_items",
    settlement_item,
    casino_column=i.casino_id,
    fields={
        "item_id": Field(i.id),
        "file_id": Field(i.file_id, index_hint="uq_settlement_item_file_id_line"),
        "line": Field(i.line, sortable=True),
        "casino_id": Field(i.casino_id),
        "provider": Field(i.provider),
        "movement": Field(i.movement, values=Movement),
        "reference_id": Field(i.reference_id, index_hint="ix_settlement_item_reference"),
        "provider_reference": Field(i.provider_reference, index_hint="ix_settlement_item_provider_reference"),
        "batch": Field(i.batch),
        "said": Field(i.said, ops=(), data_class="pii_basic"),
        "amount_minor": Field(i.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "fee_minor": Field(i.fee_minor, currency="currency", data_class="financial"),
        "currency": Field(i.currency),
        "booked_at": Field(i.booked_at, sortable=True),
        "final": Field(i.final),
        "code": Field(i.code),
        "state": Field(i.state, values=ItemState),
        "difference": Field(i.difference, values=Difference),
        "difference_minor": Field(i.difference_minor, currency="currency", data_class="financial"),
        "expectation_id": Field(i.expectation_id, ops=()),
        "ended_at": Field(i.ended_at),
    },
    default_order="booked_at.desc",
    time_field="booked_at",
    heavy=P.LIST_HEAVY,
)

EXPECTATIONS = ListSpec(
    "settlement_expectations",
    settlement_expectation,
    casino_column=e.casino_id,
    fields={
        "expectation_id": Field(e.id),
        "casino_id": Field(e.casino_id),
        "provider": Field(e.provider),
        "movement": Field(e.movement, values=Movement),
        "reference_id": Field(e.reference_id, index_hint="ix_settlement_expectation_reference"),
        "provider_reference": Field(e.provider_reference, index_hint="ix_settlement_expectation_provider_reference"),
        "amount_minor": Field(e.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(e.currency),
        "booked_at": Field(e.booked_at, sortable=True),
        "due_at": Field(e.due_at, sortable=True),
        "state": Field(e.state, values=ExpectationState, index_hint="ix_settlement_expectation_state"),
        "item_id": Field(e.item_id, ops=()),
        "ended_at": Field(e.ended_at),
    },
    default_order="booked_at.desc",
    time_field="booked_at",
    heavy=P.LIST_HEAVY,
)

BATCHES = ListSpec(
    "settlement_batches",
    settlement_batch,
    casino_column=b.casino_id,
    fields={
        "batch_id": Field(b.id),
        "file_id": Field(b.file_id),
        "casino_id": Field(b.casino_id),
        "provider": Field(b.provider),
        "name": Field(b.name),
        "currency": Field(b.currency),
        "lines": Field(b.lines),
        "gross_minor": Field(b.gross_minor, currency="currency", data_class="financial"),
        "fee_minor": Field(b.fee_minor, currency="currency", data_class="financial"),
        "rounding_minor": Field(b.rounding_minor, currency="currency", data_class="financial"),
        "arrives_minor": Field(b.arrives_minor, sortable=True, currency="currency", data_class="financial"),
        "booked_at": Field(b.booked_at, sortable=True),
        "state": Field(b.state, values=BatchState),
        "bank_item_id": Field(b.bank_item_id, ops=()),
        "ended_at": Field(b.ended_at),
    },
    default_order="booked_at.desc",
)

CLEARING = ListSpec(
    "clearing_accounts",
    clearing_account,
    casino_column=a.casino_id,
    fields={
        "account_id": Field(a.id, sortable=True),
        "casino_id": Field(a.casino_id),
        "provider": Field(a.provider),
        "currency": Field(a.currency),
        "balance_minor": Field(a.balance_minor, currency="currency", data_class="financial"),
        "open_movements": Field(a.open_movements),
        "open_minor": Field(a.open_minor, currency="currency", data_class="financial"),
        "missing_movements": Field(a.missing_movements),
        "open_batches": Field(a.open_batches),
        "on_its_way_minor": Field(a.on_its_way_minor, currency="currency", data_class="financial"),
        "oldest_open_at": Field(a.oldest_open_at),
    },
    default_order="account_id.asc",
)

BREAKS = ListSpec(
    "settlement_breaks",
    settlement_break,
    casino_column=k.casino_id,
    fields={
        "break_id": Field(k.id),
        "casino_id": Field(k.casino_id),
        "kind": Field(k.kind, values=BreakKind),
        "provider": Field(k.provider),
        "movement": Field(k.movement, values=Movement),
        "difference": Field(k.difference, values=Difference),
        "difference_minor": Field(k.difference_minor, currency="currency", data_class="financial"),
        "currency": Field(k.currency),
        "reference_id": Field(k.reference_id),
        "provider_reference": Field(k.provider_reference),
        "file_id": Field(k.file_id),
        "item_id": Field(k.item_id, ops=()),
        "expectation_id": Field(k.expectation_id, ops=()),
        "batch_id": Field(k.batch_id, ops=()),
        "booked_at": Field(k.booked_at, sortable=True),
    },
    default_order="booked_at.desc",
)

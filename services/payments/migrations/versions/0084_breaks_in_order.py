"""A page of breaks costs the same however many there are: each kind of them lies in the orders of the list.

Only what has no condition of its own is merged in order, so each part of the view says whether it is a break, and the
whole of it chooses by that.
"""

from alembic import op

from chassis.db.migrations import change_indexes

revision = "0084"
down_revision = "0083"


def _in_order(table: str, kind: str, off: str, where: str) -> tuple[str, ...]:
    name, break_id = f"ix_{table}_break", f"('{kind}-' || id::text)"
    make = "CREATE INDEX CONCURRENTLY IF NOT EXISTS"
    return (
        f"{make} {name} ON {table} (booked_at, {break_id}) WHERE {where}",
        f"{make} {name}_casino ON {table} (casino_id, booked_at, {break_id}) WHERE {where}",
        f"{make} {name}_off ON {table} (currency, {off}, {break_id}) WHERE {where}",
        f"{make} {name}_casino_off ON {table} (casino_id, currency, {off}, {break_id}) WHERE {where}",
    )


_BUILD = (
    *_in_order("settlement_item", "item", "difference_minor", "state IN ('mismatched', 'missing_in_ledger')"),
    *_in_order("settlement_expectation", "expectation", "amount_minor", "state = 'missing_at_provider'"),
)

_VIEW = """
    CREATE OR REPLACE VIEW settlement_break AS
    SELECT id, casino_id, kind, provider, movement, difference, difference_minor, currency, reference_id,
           provider_reference, file_id, item_id, expectation_id, batch_id, booked_at, statement_id
    FROM (
        SELECT 'item-' || id::text AS id, casino_id, state AS kind, provider, movement, difference, difference_minor,
               currency, reference_id, provider_reference, file_id, id AS item_id, expectation_id,
               NULL::uuid AS batch_id, booked_at, NULL::uuid AS statement_id,
               state IN ('mismatched', 'missing_in_ledger') AS is_break
        FROM settlement_item
        UNION ALL
        SELECT 'expectation-' || id::text, casino_id, state, provider, movement, NULL, amount_minor,
               currency, reference_id, provider_reference, NULL, NULL, id,
               NULL, booked_at, NULL, state = 'missing_at_provider'
        FROM settlement_expectation
        UNION ALL
        SELECT 'batch-' || id::text, casino_id, 'batch_mismatched', provider, 'settlement',
               CASE WHEN state_then IS NULL THEN 'amount' ELSE 'fee' END,
               CASE WHEN state_then IS NULL THEN arrives_minor ELSE fee_minor END,
               currency, NULL, name, file_id, bank_item_id, NULL,
               id, booked_at, NULL, state = 'mismatched'
        FROM settlement_batch
        UNION ALL
        SELECT 'statement-' || id::text, casino_id, 'statement_missing', NULL, 'settlement', 'amount', gap_minor,
               currency, NULL, name, file_id, NULL, NULL,
               NULL, opened_on::timestamp AT TIME ZONE 'UTC', id, state = 'gap'
        FROM bank_statement
    ) AS one
    WHERE is_break
"""


def upgrade() -> None:
    change_indexes(build=_BUILD, drop=("ix_settlement_item_unexplained", "ix_settlement_item_difference"))
    op.execute(_VIEW)

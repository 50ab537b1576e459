"""Fees that are more than a share of what their batch settles, or come alone, wait for two people."""

from alembic import op

revision = "0051"
down_revision = "0050"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ADD COLUMN fee_share_bps integer DEFAULT '1000' NOT NULL",
    """
    COMMENT ON COLUMN settlement_terms.fee_share_bps
    IS 'of what the payments of a batch move its fees may be so much before two people are asked, as fee_bps'
    """,
    "ALTER TABLE settlement_batch ADD COLUMN explained_minor bigint",
    """
    COMMENT ON COLUMN settlement_batch.explained_minor
    IS 'what the payments move that its lines explain, whichever way; NULL before that was kept'
    """,
    "ALTER TABLE settlement_batch ADD COLUMN state_then text",
    """
    COMMENT ON COLUMN settlement_batch.state_then
    IS 'its state once two people have agreed to its fees; NULL: these wait for nobody'
    """,
    """
    CREATE OR REPLACE VIEW clearing_account AS
    SELECT account.id, account.casino_id, account.provider, account.currency,
           (account.balance_minor + coalesce(waiting.delta_minor, 0))::bigint AS balance_minor,
           coalesce(movement.movements, 0) AS open_movements,
           coalesce(movement.open_minor, 0)::bigint AS open_minor,
           coalesce(movement.missing, 0) AS missing_movements,
           coalesce(batch.batches, 0) AS open_batches,
           coalesce(batch.leaves_minor, 0)::bigint AS on_its_way_minor,
           least(movement.oldest_at, batch.oldest_at, line.oldest_at) AS oldest_open_at,
           payout.minor AS payouts_under_way_minor,
           (-account.balance_minor - coalesce(waiting.delta_minor, 0) - coalesce(batch.leaves_minor, 0)
            - payout.minor)::bigint AS float_minor,
           coalesce(terms.prefunded, false) AS prefunded,
           coalesce(line.lines, 0) AS open_lines
    FROM account
    LEFT JOIN (
        SELECT account_id, sum(delta_minor) AS delta_minor FROM account_delta GROUP BY account_id
    ) AS waiting ON waiting.account_id = account.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS movements, sum(amount_minor) AS open_minor, min(booked_at) AS oldest_at,
               count(*) FILTER (WHERE state = 'missing_at_provider') AS missing
        FROM settlement_expectation AS one
        WHERE one.casino_id = account.casino_id AND one.provider = account.provider
          AND one.currency = account.currency AND one.state IN ('open', 'missing_at_provider', 'mismatched')
    ) AS movement ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS batches, min(booked_at) AS oldest_at,
               sum(CASE WHEN state_then IS NULL THEN arrives_minor
                        ELSE greatest(arrives_minor + greatest(fee_minor + rounding_minor, 0), 0) END) AS leaves_minor
        FROM settlement_batch AS one
        WHERE one.casino_id = account.casino_id AND one.provider = account.provider
          AND one.currency = account.currency AND one.state IN ('open', 'mismatched')
    ) AS batch ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS lines, min(booked_at) AS oldest_at FROM settlement_item AS one
        WHERE one.casino_id = account.casino_id AND one.provider = account.provider
          AND one.currency = account.currency AND one.state IN ('mismatched', 'missing_in_ledger')
          AND one.difference <> 'fee'
    ) AS line ON true
    CROSS JOIN LATERAL payouts_under_way(account.casino_id, account.provider, account.currency) AS payout(minor)
    LEFT JOIN settlement_terms AS terms
        ON terms.casino_id = account.casino_id AND terms.provider = account.provider
       AND terms.currency = account.currency
    WHERE account.type = 'psp_clearing'
    """,
    """
    CREATE OR REPLACE VIEW settlement_break AS
    SELECT 'item-' || id AS id, casino_id, state AS kind, provider, movement, difference, difference_minor, currency,
           reference_id, provider_reference, file_id, id AS item_id, expectation_id, NULL::uuid AS batch_id, booked_at
    FROM settlement_item WHERE state IN ('mismatched', 'missing_in_ledger')
    UNION ALL
    SELECT 'expectation-' || id, casino_id, state, provider, movement, NULL, amount_minor, currency, reference_id,
           provider_reference, NULL, NULL, id, NULL, booked_at
    FROM settlement_expectation WHERE state = 'missing_at_provider'
    UNION ALL
    SELECT 'batch-' || id, casino_id, 'batch_mismatched', provider, 'settlement',
           CASE WHEN state_then IS NULL THEN 'amount' ELSE 'fee' END,
           CASE WHEN state_then IS NULL THEN arrives_minor ELSE fee_minor END, currency,
           NULL, name, file_id, bank_item_id, NULL, id, booked_at
    FROM settlement_batch WHERE state = 'mismatched'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""A wrong file makes no page slow, says that nothing of it was found, and its largest differences are shown first.

Open lines are counted to 10,000, as rows of lists are: beyond that nobody decides about them one by one.
"""

from alembic import op

revision = "0078"
down_revision = "0077"

_STATEMENTS = (
    """
    CREATE INDEX ix_settlement_item_open
    ON settlement_item (casino_id, provider, currency, booked_at)
    WHERE state IN ('mismatched', 'missing_in_ledger') AND difference <> 'fee'
    """,
    """
    CREATE INDEX ix_settlement_item_difference
    ON settlement_item (casino_id, difference_minor, id)
    WHERE state IN ('mismatched', 'missing_in_ledger')
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
           least(movement.oldest_at, batch.oldest_at, oldest_line.oldest_at) AS oldest_open_at,
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
        SELECT count(*) AS lines FROM (
            SELECT FROM settlement_item AS one
            WHERE one.casino_id = account.casino_id AND one.provider = account.provider
              AND one.currency = account.currency AND one.state IN ('mismatched', 'missing_in_ledger')
              AND one.difference <> 'fee'
            LIMIT 10001
        ) AS counted
    ) AS line ON true
    LEFT JOIN LATERAL (
        SELECT one.booked_at AS oldest_at FROM settlement_item AS one
        WHERE one.casino_id = account.casino_id AND one.provider = account.provider
          AND one.currency = account.currency AND one.state IN ('mismatched', 'missing_in_ledger')
          AND one.difference <> 'fee'
        ORDER BY one.booked_at LIMIT 1
    ) AS oldest_line ON true
    CROSS JOIN LATERAL payouts_under_way(account.casino_id, account.provider, account.currency) AS payout(minor)
    LEFT JOIN settlement_terms AS terms
        ON terms.casino_id = account.casino_id AND terms.provider = account.provider
       AND terms.currency = account.currency
    WHERE account.type = 'psp_clearing'
    """,
    "ALTER TABLE settlement_file ADD COLUMN warning text",
    "COMMENT ON COLUMN settlement_file.warning IS 'it is done, and yet hardly what was meant; NULL: nothing to say'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

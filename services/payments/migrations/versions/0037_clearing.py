"""Clearing accounts with the age of what is open, and everything that does not agree, as views."""

from alembic import op

revision = "0037"
down_revision = "0036"

_STATEMENTS = (
    "DROP INDEX ix_settlement_batch_open",
    """
    CREATE INDEX ix_settlement_batch_open
    ON settlement_batch (casino_id, currency)
    WHERE state IN ('open', 'mismatched')
    """,
    """
    CREATE VIEW clearing_account AS
    SELECT account.id, account.casino_id, account.provider, account.currency,
           (account.balance_minor + coalesce(waiting.delta_minor, 0))::bigint AS balance_minor,
           coalesce(movement.movements, 0) AS open_movements,
           coalesce(movement.open_minor, 0)::bigint AS open_minor,
           coalesce(movement.missing, 0) AS missing_movements,
           coalesce(batch.batches, 0) AS open_batches,
           coalesce(batch.arrives_minor, 0)::bigint AS on_its_way_minor,
           least(movement.oldest_at, batch.oldest_at) AS oldest_open_at
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
        SELECT count(*) AS batches, sum(arrives_minor) AS arrives_minor, min(booked_at) AS oldest_at
        FROM settlement_batch AS one
        WHERE one.casino_id = account.casino_id AND one.provider = account.provider
          AND one.currency = account.currency AND one.state IN ('open', 'mismatched')
    ) AS batch ON true
    WHERE account.type = 'psp_clearing'
    """,
    """
    CREATE VIEW settlement_break AS
    SELECT 'item-' || id AS id, casino_id, state AS kind, provider, movement, difference, difference_minor, currency,
           reference_id, provider_reference, file_id, id AS item_id, expectation_id, NULL::uuid AS batch_id, booked_at
    FROM settlement_item WHERE state IN ('mismatched', 'missing_in_ledger')
    UNION ALL
    SELECT 'expectation-' || id, casino_id, state, provider, movement, NULL, amount_minor, currency, reference_id,
           provider_reference, NULL, NULL, id, NULL, booked_at
    FROM settlement_expectation WHERE state = 'missing_at_provider'
    UNION ALL
    SELECT 'batch-' || id, casino_id, 'batch_mismatched', provider, 'settlement', 'amount', arrives_minor, currency,
           NULL, name, file_id, bank_item_id, NULL, id, booked_at
    FROM settlement_batch WHERE state = 'mismatched'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""Settlement terms are a list, say which providers are prefunded, and clearing accounts what is left for payouts."""

from alembic import op

revision = "0043"
down_revision = "0042"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ADD COLUMN id uuid DEFAULT gen_random_uuid() NOT NULL",
    "ALTER TABLE settlement_terms ADD CONSTRAINT uq_settlement_terms_id UNIQUE (id)",
    "ALTER TABLE settlement_terms ADD COLUMN prefunded boolean DEFAULT 'false' NOT NULL",
    """
    COMMENT ON COLUMN settlement_terms.prefunded
    IS 'payouts are sent only as far as the provider holds our money'
    """,
    "CREATE INDEX ix_settlement_terms_casino ON settlement_terms (casino_id, updated_at, id)",
    "CREATE INDEX ix_settlement_terms_updated_at ON settlement_terms (updated_at, id)",
    """
    CREATE OR REPLACE VIEW clearing_account AS
    SELECT account.id, account.casino_id, account.provider, account.currency,
           (account.balance_minor + coalesce(waiting.delta_minor, 0))::bigint AS balance_minor,
           coalesce(movement.movements, 0) AS open_movements,
           coalesce(movement.open_minor, 0)::bigint AS open_minor,
           coalesce(movement.missing, 0) AS missing_movements,
           coalesce(batch.batches, 0) AS open_batches,
           coalesce(batch.arrives_minor, 0)::bigint AS on_its_way_minor,
           least(movement.oldest_at, batch.oldest_at) AS oldest_open_at,
           coalesce(payout.amount_minor, 0)::bigint AS payouts_under_way_minor,
           (-account.balance_minor - coalesce(waiting.delta_minor, 0) - coalesce(batch.arrives_minor, 0)
            - coalesce(payout.amount_minor, 0))::bigint AS float_minor,
           coalesce(terms.prefunded, false) AS prefunded
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
    LEFT JOIN LATERAL (
        SELECT sum(amount_minor) AS amount_minor FROM rm_withdrawal_list AS one
        WHERE one.status IN ('sending', 'unknown', 'sent') AND one.casino_id = account.casino_id
          AND one.provider = account.provider AND one.currency = account.currency
    ) AS payout ON true
    LEFT JOIN settlement_terms AS terms
        ON terms.casino_id = account.casino_id AND terms.provider = account.provider
       AND terms.currency = account.currency
    WHERE account.type = 'psp_clearing'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

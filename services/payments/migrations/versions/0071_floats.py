"""What providers hold of a casino's money is kept as it was told, and how low is low is agreed on."""

from alembic import op

revision = "0071"
down_revision = "0070"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ADD COLUMN float_low_minor bigint",
    """
    COMMENT ON COLUMN settlement_terms.float_low_minor
        IS 'people are told when the provider can pay out less; NULL: they are not'
    """,
    """
    CREATE TABLE provider_float (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        currency text NOT NULL,
        balance_minor bigint,
        source text,
        told_by text,
        told_at timestamptz,
        fresh_until timestamptz,
        ask_at timestamptz NOT NULL,
        unanswered integer NOT NULL DEFAULT '0',
        alarm text,
        alarm_since timestamptz,
        CONSTRAINT pk_provider_float PRIMARY KEY (id),
        CONSTRAINT uq_provider_float_casino_id_provider_currency UNIQUE (casino_id, provider, currency),
        CONSTRAINT ck_provider_float_told_whole
            CHECK (num_nonnulls(balance_minor, source, told_at, fresh_until) IN (0, 4))
    )
    """,
    "COMMENT ON TABLE provider_float IS 'what providers that pay out hold of a casino''s money, as it was told'",
    "COMMENT ON COLUMN provider_float.balance_minor IS 'as it was said; NULL: nobody did'",
    "COMMENT ON COLUMN provider_float.source IS 'who said it'",
    "COMMENT ON COLUMN provider_float.told_by IS 'of staff: which'",
    "COMMENT ON COLUMN provider_float.told_at IS 'what it was chosen to pay since then is not in it'",
    "COMMENT ON COLUMN provider_float.fresh_until IS 'it binds payouts until then'",
    "COMMENT ON COLUMN provider_float.ask_at IS 'when the provider is asked next'",
    "COMMENT ON COLUMN provider_float.unanswered IS 'questions in a row'",
    "COMMENT ON COLUMN provider_float.alarm IS 'what people were told; NULL: nothing, or it is over'",
    """
    CREATE INDEX ix_rm_withdrawal_list_provider ON rm_withdrawal_list
        (casino_id, provider, currency, status, updated_at)
    """,
    # By name, as `payouts_under_way` is: a view would keep the list from being made anew.
    """
    CREATE FUNCTION payouts_ahead(of_casino uuid, of_provider text, of_currency text, since timestamptz)
    RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT coalesce(sum(amount_minor), 0)::bigint FROM rm_withdrawal_list
        WHERE casino_id = of_casino AND provider = of_provider AND currency = of_currency
          AND (status IN ('awaiting_approval', 'approved', 'sending', 'unknown')
               OR status IN ('sent', 'paid') AND updated_at > since)
    $$
    """,
    """
    CREATE FUNCTION ledger_float(of_casino uuid, of_provider text, of_currency text) RETURNS bigint
    LANGUAGE sql STABLE AS $$
        SELECT (coalesce((SELECT float_minor FROM clearing_account
                          WHERE casino_id = of_casino AND provider = of_provider AND currency = of_currency), 0)
                - coalesce((SELECT sum(amount_minor) FROM rm_withdrawal_list
                            WHERE casino_id = of_casino AND provider = of_provider AND currency = of_currency
                              AND status IN ('awaiting_approval', 'approved')), 0))::bigint
    $$
    """,
    """
    CREATE VIEW provider_float_now AS
    SELECT one.id, one.casino_id, one.provider, one.currency, one.balance_minor, one.source, one.told_by, one.told_at,
           one.fresh_until, ahead.minor AS under_way_minor, one.balance_minor - ahead.minor AS room_minor,
           CASE WHEN terms.prefunded THEN ledger_float(one.casino_id, one.provider, one.currency) END AS ledger_minor,
           terms.float_low_minor AS low_minor, one.alarm, one.alarm_since
    FROM provider_float AS one
    CROSS JOIN LATERAL payouts_ahead(one.casino_id, one.provider, one.currency, one.told_at) AS ahead(minor)
    LEFT JOIN settlement_terms AS terms
        ON terms.casino_id = one.casino_id AND terms.provider = one.provider AND terms.currency = one.currency
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""What banks state is kept, and a statement that does not follow on the one before is a break."""

from alembic import op

revision = "0061"
down_revision = "0060"

_STATEMENTS = (
    """
    CREATE TABLE bank_statement (
        id uuid NOT NULL,
        file_id uuid NOT NULL,
        place bigint NOT NULL,
        casino_id uuid NOT NULL,
        account text NOT NULL,
        currency text NOT NULL,
        name text,
        number bigint,
        opened_on date NOT NULL,
        opening_minor bigint NOT NULL,
        closed_on date NOT NULL,
        closing_minor bigint NOT NULL,
        state text NOT NULL,
        gap_minor bigint,
        CONSTRAINT pk_bank_statement PRIMARY KEY (id),
        CONSTRAINT fk_bank_statement_file_id_settlement_file FOREIGN KEY (file_id) REFERENCES settlement_file (id),
        CONSTRAINT uq_bank_statement_file_id_place UNIQUE (file_id, place)
    )
    """,
    "CREATE INDEX ix_bank_statement_casino ON bank_statement (casino_id, closed_on, id)",
    "CREATE INDEX ix_bank_statement_closed_on ON bank_statement (closed_on, id)",
    "CREATE INDEX ix_bank_statement_account ON bank_statement (casino_id, account, currency, closed_on)",
    "CREATE INDEX ix_bank_statement_gap ON bank_statement (casino_id, opened_on, id) WHERE state = 'gap'",
    "COMMENT ON TABLE bank_statement IS 'what banks have stated of the casino''s accounts'",
    "COMMENT ON COLUMN bank_statement.place IS 'in the file'",
    "COMMENT ON COLUMN bank_statement.account IS 'as the terms of the bank have it'",
    "COMMENT ON COLUMN bank_statement.name IS 'how the bank calls it'",
    "COMMENT ON COLUMN bank_statement.number IS 'in the row of statements, where the bank gives one'",
    """
    COMMENT ON COLUMN bank_statement.gap_minor
    IS 'by which it opens with more than the one before closed with'
    """,
    """    CREATE OR REPLACE VIEW settlement_break AS
    SELECT 'item-' || id AS id, casino_id, state AS kind, provider, movement, difference, difference_minor, currency,
           reference_id, provider_reference, file_id, id AS item_id, expectation_id, NULL::uuid AS batch_id, booked_at,
           NULL::uuid AS statement_id
    FROM settlement_item WHERE state IN ('mismatched', 'missing_in_ledger')
    UNION ALL
    SELECT 'expectation-' || id, casino_id, state, provider, movement, NULL, amount_minor, currency, reference_id,
           provider_reference, NULL, NULL, id, NULL, booked_at, NULL
    FROM settlement_expectation WHERE state = 'missing_at_provider'
    UNION ALL
    SELECT 'batch-' || id, casino_id, 'batch_mismatched', provider, 'settlement',
           CASE WHEN state_then IS NULL THEN 'amount' ELSE 'fee' END,
           CASE WHEN state_then IS NULL THEN arrives_minor ELSE fee_minor END, currency,
           NULL, name, file_id, bank_item_id, NULL, id, booked_at, NULL
    FROM settlement_batch WHERE state = 'mismatched'
    UNION ALL
    SELECT 'statement-' || id, casino_id, 'statement_missing', NULL, 'settlement', 'amount', gap_minor, currency,
           NULL, name, file_id, NULL, NULL, NULL, opened_on::timestamp AT TIME ZONE 'UTC', id
    FROM bank_statement WHERE state = 'gap'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

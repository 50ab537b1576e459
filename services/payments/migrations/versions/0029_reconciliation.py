"""What the ledger expects of providers, settlement files and their lines, and what is settled together."""

from alembic import op

revision = "0029"
down_revision = "0028"

_STATEMENTS = (
    """
    CREATE TABLE settlement_terms (
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        currency text NOT NULL,
        due_days integer NOT NULL,
        alarm_days integer NOT NULL,
        match_days integer NOT NULL,
        tolerance_minor bigint NOT NULL,
        fee_fixed_minor bigint,
        fee_bps integer,
        fee_tolerance_minor bigint NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_settlement_terms PRIMARY KEY (casino_id, provider, currency)
    )
    """,
    """
    COMMENT ON TABLE settlement_terms
    IS 'what is agreed with a provider about settlements; defaults hold where there is none'
    """,
    "COMMENT ON COLUMN settlement_terms.due_days IS 'after a movement a file must tell of it'",
    "COMMENT ON COLUMN settlement_terms.alarm_days IS 'a movement without a line may be so old'",
    "COMMENT ON COLUMN settlement_terms.match_days IS 'apart, where nothing but the amount tells which it is'",
    "COMMENT ON COLUMN settlement_terms.tolerance_minor IS 'an amount may be off by so much'",
    """
    COMMENT ON COLUMN settlement_terms.fee_fixed_minor
    IS 'of a movement; NULL with fee_bps: fees are taken as they are'
    """,
    "COMMENT ON COLUMN settlement_terms.fee_bps IS 'of a movement, in hundredths of a percent'",
    """
    CREATE TABLE settlement_expectation (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        movement text NOT NULL,
        reference_id uuid,
        provider_reference text,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        booked_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        state text NOT NULL,
        item_id bigint,
        ended_at timestamptz,
        CONSTRAINT pk_settlement_expectation PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_settlement_expectation_amount
    ON settlement_expectation (casino_id, provider, currency, amount_minor)
    WHERE state IN ('open', 'missing_at_provider', 'mismatched')
    """,
    "CREATE INDEX ix_settlement_expectation_booked_at ON settlement_expectation (booked_at, id)",
    "CREATE INDEX ix_settlement_expectation_casino ON settlement_expectation (casino_id, booked_at, id)",
    "CREATE INDEX ix_settlement_expectation_provider_reference ON settlement_expectation (provider_reference)",
    "CREATE INDEX ix_settlement_expectation_reference ON settlement_expectation (reference_id, movement)",
    "CREATE INDEX ix_settlement_expectation_state ON settlement_expectation (state, due_at, id)",
    "COMMENT ON TABLE settlement_expectation IS 'movements at providers that a settlement file must tell of'",
    """
    COMMENT ON COLUMN settlement_expectation.id
    IS 'of the entry of the ledger, the first where there are two'
    """,
    "COMMENT ON COLUMN settlement_expectation.reference_id IS 'the deposit or withdrawal'",
    "COMMENT ON COLUMN settlement_expectation.provider_reference IS 'how the provider calls it'",
    "COMMENT ON COLUMN settlement_expectation.amount_minor IS 'what it adds to our money at the provider'",
    """
    COMMENT ON COLUMN settlement_expectation.item_id
    IS 'the line that explains it, the first where there are several'
    """,
    "COMMENT ON COLUMN settlement_expectation.ended_at IS 'since when it is explained'",
    """
    CREATE TABLE settlement_file (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        format text NOT NULL,
        provider text,
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        path text NOT NULL,
        state text NOT NULL,
        why text,
        rows bigint DEFAULT '0' NOT NULL,
        compared bigint DEFAULT '0' NOT NULL,
        last_line bigint DEFAULT '0' NOT NULL,
        replaces uuid,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT pk_settlement_file PRIMARY KEY (id),
        CONSTRAINT uq_settlement_file_casino_id_sha256 UNIQUE (casino_id, sha256)
    )
    """,
    "CREATE INDEX ix_settlement_file_casino ON settlement_file (casino_id, uploaded_at, id)",
    "CREATE INDEX ix_settlement_file_uploaded_at ON settlement_file (uploaded_at, id)",
    "COMMENT ON COLUMN settlement_file.provider IS 'NULL: a bank''s statement'",
    "COMMENT ON COLUMN settlement_file.path IS 'where its bytes are'",
    "COMMENT ON COLUMN settlement_file.why IS 'it failed'",
    "COMMENT ON COLUMN settlement_file.rows IS 'read so far'",
    "COMMENT ON COLUMN settlement_file.compared IS 'lines compared so far, by number'",
    """
    CREATE TABLE settlement_batch (
        id uuid NOT NULL,
        file_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        name text NOT NULL,
        said text,
        currency text NOT NULL,
        lines bigint NOT NULL,
        gross_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        rounding_minor bigint NOT NULL,
        arrives_minor bigint NOT NULL,
        booked_at timestamptz NOT NULL,
        state text NOT NULL,
        posted boolean DEFAULT 'false' NOT NULL,
        bank_item_id bigint,
        ended_at timestamptz,
        CONSTRAINT pk_settlement_batch PRIMARY KEY (id),
        CONSTRAINT fk_settlement_batch_file_id_settlement_file FOREIGN KEY(file_id) REFERENCES settlement_file (id)
    )
    """,
    "CREATE INDEX ix_settlement_batch_booked_at ON settlement_batch (booked_at, id)",
    "CREATE INDEX ix_settlement_batch_casino ON settlement_batch (casino_id, booked_at, id)",
    "CREATE INDEX ix_settlement_batch_file ON settlement_batch (file_id)",
    "CREATE INDEX ix_settlement_batch_open ON settlement_batch (casino_id, currency) WHERE state <> 'settled'",
    "COMMENT ON TABLE settlement_batch IS 'what a provider settles together'",
    "COMMENT ON COLUMN settlement_batch.name IS 'how the provider calls it; empty: the lines of no batch'",
    "COMMENT ON COLUMN settlement_batch.said IS 'how the bank''s statement will call it'",
    "COMMENT ON COLUMN settlement_batch.rounding_minor IS 'by which matched lines are off; a fee as well'",
    "COMMENT ON COLUMN settlement_batch.arrives_minor IS 'at our bank; negative: we pay'",
    "COMMENT ON COLUMN settlement_batch.booked_at IS 'the last of its lines'",
    "COMMENT ON COLUMN settlement_batch.posted IS 'its fees are in the ledger'",
    """
    COMMENT ON COLUMN settlement_batch.bank_item_id
    IS 'the line of the bank''s statement, the first where there are several'
    """,
    """
    CREATE TABLE settlement_item (
        id bigint GENERATED ALWAYS AS IDENTITY,
        file_id uuid NOT NULL,
        line bigint NOT NULL,
        casino_id uuid NOT NULL,
        provider text,
        movement text NOT NULL,
        our_reference text,
        reference_id uuid,
        provider_reference text,
        batch text,
        said text,
        amount_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        currency text NOT NULL,
        booked_at timestamptz NOT NULL,
        final boolean NOT NULL,
        code text NOT NULL,
        state text NOT NULL,
        difference text,
        difference_minor bigint,
        expectation_id uuid,
        ended_at timestamptz,
        CONSTRAINT pk_settlement_item PRIMARY KEY (id),
        CONSTRAINT uq_settlement_item_file_id_line UNIQUE (file_id, line),
        CONSTRAINT ck_settlement_item_line CHECK (line > 0)
    )
    """,
    "CREATE INDEX ix_settlement_item_casino ON settlement_item (casino_id, booked_at, id)",
    "CREATE INDEX ix_settlement_item_provider_reference ON settlement_item (provider_reference)",
    """
    CREATE INDEX ix_settlement_item_reference
    ON settlement_item (reference_id, movement)
    WHERE reference_id IS NOT NULL
    """,
    """
    CREATE INDEX ix_settlement_item_unexplained
    ON settlement_item (casino_id, booked_at, id)
    WHERE state IN ('staged', 'mismatched', 'missing_in_ledger')
    """,
    "COMMENT ON TABLE settlement_item IS 'lines of settlement files and bank statements'",
    "COMMENT ON COLUMN settlement_item.provider IS 'NULL: a line of a bank''s statement'",
    "COMMENT ON COLUMN settlement_item.our_reference IS 'as the file has it'",
    "COMMENT ON COLUMN settlement_item.reference_id IS 'the deposit or withdrawal it is about'",
    "COMMENT ON COLUMN settlement_item.amount_minor IS 'before fees'",
    "COMMENT ON COLUMN settlement_item.code IS 'the provider''s word for it'",
    "COMMENT ON COLUMN settlement_item.difference IS 'why it does not agree'",
    "COMMENT ON COLUMN settlement_item.difference_minor IS 'by how much, where it is an amount or a fee'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

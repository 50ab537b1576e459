"""The ledger by months: each month's entries are a table of their own, and the ids of closed months are kept apart."""

from alembic import op

revision = "0020"
down_revision = "0019"

_BEFORE = (
    "ALTER TABLE transfer RENAME TO transfer_before",
    "ALTER SEQUENCE transfer_seq_seq RENAME TO transfer_before_seq_seq",
    "ALTER TABLE transfer_before RENAME CONSTRAINT pk_transfer TO pk_transfer_before",
    "ALTER TABLE transfer_before RENAME CONSTRAINT ck_transfer_two_accounts TO ck_transfer_before_two_accounts",
    "ALTER TABLE transfer_before RENAME CONSTRAINT ck_transfer_amount TO ck_transfer_before_amount",
    "DROP INDEX ix_transfer_casino, ix_transfer_posted_at, ix_transfer_player, ix_transfer_reference",
    "DROP INDEX uq_transfer_reversal_of",
)

_TABLES = (
    """
    CREATE TABLE transfer (
        seq bigint GENERATED ALWAYS AS IDENTITY,
        id uuid NOT NULL,
        kind text NOT NULL,
        debit_account bigint NOT NULL,
        credit_account bigint NOT NULL,
        amount_minor bigint NOT NULL,
        debit_balance bigint,
        credit_balance bigint,
        wallet_id bigint,
        cash_after bigint,
        fingerprint bigint NOT NULL,
        reference_id uuid,
        reversal_of uuid,
        group_id uuid,
        provider text,
        supplier text,
        supplier_tx text,
        game_code text,
        round_ref text,
        round_closed boolean NOT NULL,
        session_id uuid,
        posted_at timestamptz NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid,
        currency text NOT NULL,
        debit_type text NOT NULL,
        credit_type text NOT NULL,
        CONSTRAINT pk_transfer PRIMARY KEY (posted_at, seq),
        CONSTRAINT ck_transfer_two_accounts CHECK (debit_account <> credit_account),
        CONSTRAINT ck_transfer_amount CHECK (
            amount_minor > 0 OR (amount_minor = 0 AND
            kind IN ('tombstone', 'bet', 'win', 'rollback_bet', 'rollback_win')))
    ) PARTITION BY RANGE (posted_at)
    """,
    "CREATE INDEX ix_transfer_casino ON transfer (casino_id, posted_at, seq)",
    "CREATE INDEX ix_transfer_player ON transfer (player_id, seq) WHERE player_id IS NOT NULL",
    "CREATE INDEX ix_transfer_reference ON transfer (reference_id) WHERE reference_id IS NOT NULL",
    "CREATE INDEX ix_transfer_reversal_of ON transfer (reversal_of) WHERE reversal_of IS NOT NULL",
    """
    CREATE TRIGGER transfer_is_append_only BEFORE UPDATE OR DELETE ON transfer
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER transfer_is_never_emptied BEFORE TRUNCATE ON transfer
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON transfer FROM PUBLIC, CURRENT_USER",
    """
    CREATE TABLE transfer_closed (
        id uuid NOT NULL,
        posted_at timestamptz NOT NULL,
        seq bigint NOT NULL,
        CONSTRAINT pk_transfer_closed PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE transfer_closed_reversal (
        reversal_of uuid NOT NULL,
        posted_at timestamptz NOT NULL,
        seq bigint NOT NULL,
        CONSTRAINT pk_transfer_closed_reversal PRIMARY KEY (reversal_of)
    )
    """,
    "CREATE TABLE ledger_open (since timestamptz NOT NULL, CONSTRAINT pk_ledger_open PRIMARY KEY (since))",
    "INSERT INTO ledger_open (since) VALUES ('2000-01-01 00:00:00+00')",
    "CREATE SCHEMA ledger_months",
)

_FUNCTION = r"""
    CREATE FUNCTION ledger_month(wanted date) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
        first date := date_trunc('month', wanted);
        name text := 'transfer_' || to_char(first, 'YYYY_MM');
        starts text := to_char(first, 'YYYY-MM-DD') || ' 00:00:00+00';
        ends text := to_char(first + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger_month', 0));
        IF to_regclass('ledger_months.' || name) IS NOT NULL THEN
            RETURN false;
        END IF;
        -- Made apart and then attached: postings go on meanwhile.
        EXECUTE format('CREATE TABLE ledger_months.%I (LIKE transfer INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        PERFORM ledger_leaf(name);
        EXECUTE format('ALTER TABLE transfer ATTACH PARTITION ledger_months.%I FOR VALUES FROM (%L) TO (%L)',
            name, starts, ends);
        RETURN true;
    END $$
"""

_LEAF = r"""
    CREATE FUNCTION ledger_leaf(name text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('CREATE UNIQUE INDEX %I ON ledger_months.%I (id)', 'uq_' || name || '_id', name);
        EXECUTE format('CREATE UNIQUE INDEX %I ON ledger_months.%I (reversal_of) WHERE reversal_of IS NOT NULL',
            'uq_' || name || '_reversal_of', name);
        EXECUTE format('CREATE TRIGGER transfer_is_never_emptied BEFORE TRUNCATE ON ledger_months.%I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON ledger_months.%I FROM PUBLIC, CURRENT_USER', name);
    END $$
"""

_LEAVES = (
    "CREATE TABLE ledger_months.transfer_other (LIKE transfer INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
    "SELECT ledger_leaf('transfer_other')",
    "ALTER TABLE transfer ATTACH PARTITION ledger_months.transfer_other DEFAULT",
    """
    SELECT count(*) FILTER (WHERE ledger_month(month::date)) FROM (
        SELECT generate_series(
            date_trunc('month', coalesce((SELECT min(posted_at) FROM transfer_before), now()) AT TIME ZONE 'UTC'),
            date_trunc('month', now() AT TIME ZONE 'UTC') + interval '3 months', interval '1 month') AS month) AS months
    """,
)

_COLUMNS = (
    "seq, id, kind, debit_account, credit_account, amount_minor, debit_balance, credit_balance, wallet_id, cash_after, "
    "fingerprint, reference_id, reversal_of, group_id, provider, supplier, supplier_tx, game_code, round_ref, "
    "round_closed, session_id, posted_at, casino_id, player_id, currency, debit_type, credit_type"
)

_MOVED = (
    f"INSERT INTO transfer ({_COLUMNS}) OVERRIDING SYSTEM VALUE SELECT {_COLUMNS} FROM transfer_before ORDER BY seq",  # noqa: S608
    "SELECT setval('transfer_seq_seq', greatest((SELECT max(seq) FROM transfer), 1), true)",
    "DROP TABLE transfer_before",
)

_COMMENTS = {
    "TABLE transfer_closed": "the ids of entries of closed months: they stay when a month is taken away",
    "TABLE transfer_closed_reversal": "what entries of closed months took back, or will never let happen",
    "TABLE ledger_open": "from when on months are open: their own indexes know the ids in them",
    "COLUMN transfer.seq": "within a wallet, the order of posting",
    "COLUMN transfer.debit_balance": "after it; NULL for house and providers",
    "COLUMN transfer.credit_balance": "after it; NULL for house and providers",
    "COLUMN transfer.wallet_id": "the cash account of the player it concerns",
    "COLUMN transfer.cash_after": "the balance of that account after it",
    "COLUMN transfer.fingerprint": "of the facts as they were sent",
    "COLUMN transfer.reference_id": "what it belongs to: the bet, the deposit, the withdrawal",
    "COLUMN transfer.reversal_of": "what it takes back, or will never let happen (kind tombstone)",
    "COLUMN transfer.group_id": "transfers that were posted together or not at all",
    "COLUMN transfer.casino_id": "of both accounts",
    "COLUMN transfer.player_id": "whose accounts are concerned; NULL: nobody''s",
    "COLUMN transfer.currency": "of both accounts",
    "COLUMN transfer.debit_type": "what the debited account is for",
    "COLUMN transfer.credit_type": "what the credited account is for",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in (*_BEFORE, *_TABLES, _LEAF, _FUNCTION, *_LEAVES, *_MOVED):
        op.execute(statement)
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")

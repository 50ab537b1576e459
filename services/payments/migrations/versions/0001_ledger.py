"""The chassis' tables and the ledger."""

from alembic import op

from chassis.db.migrations import create_chassis

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE account (
        id bigint GENERATED ALWAYS AS IDENTITY,
        casino_id uuid NOT NULL,
        player_id uuid,
        provider text,
        type text NOT NULL,
        currency text NOT NULL,
        balance_minor bigint NOT NULL DEFAULT 0,
        floor_minor bigint,
        bets_blocked boolean NOT NULL DEFAULT false,
        deposits_blocked boolean NOT NULL DEFAULT false,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_account PRIMARY KEY (id),
        CONSTRAINT ck_account_floor CHECK (balance_minor >= floor_minor),
        CONSTRAINT ck_account_one_owner CHECK (player_id IS NULL OR provider IS NULL)
    ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)
    """,
    """
    CREATE UNIQUE INDEX uq_account_player ON account (player_id, type, currency, casino_id)
        WHERE player_id IS NOT NULL
    """,
    """
    CREATE UNIQUE INDEX uq_account_house ON account (casino_id, currency, type, provider)
        NULLS NOT DISTINCT WHERE player_id IS NULL
    """,
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
        CONSTRAINT pk_transfer PRIMARY KEY (id),
        CONSTRAINT ck_transfer_two_accounts CHECK (debit_account <> credit_account),
        CONSTRAINT ck_transfer_amount CHECK (
            amount_minor > 0 OR (amount_minor = 0 AND
            kind IN ('tombstone', 'bet', 'win', 'rollback_bet', 'rollback_win')))
    )
    """,
    "CREATE INDEX ix_transfer_wallet ON transfer (wallet_id, seq) WHERE wallet_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_transfer_reversal_of ON transfer (reversal_of) WHERE reversal_of IS NOT NULL",
    """
    CREATE TABLE account_delta (
        id bigint GENERATED ALWAYS AS IDENTITY,
        account_id bigint NOT NULL,
        delta_minor bigint NOT NULL,
        CONSTRAINT pk_account_delta PRIMARY KEY (id)
    )
    """,
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % is forbidden: what is posted stays, correct it with a new transfer',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER transfer_is_append_only BEFORE UPDATE OR DELETE ON transfer
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER transfer_is_never_emptied BEFORE TRUNCATE ON transfer
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER account_is_never_deleted BEFORE DELETE ON account
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    # The service's role owns the table and would otherwise have every right; a superuser still meets the triggers.
    "REVOKE UPDATE, DELETE, TRUNCATE ON transfer FROM PUBLIC, CURRENT_USER",
)

_COMMENTS = {
    "TABLE account_delta": "what happened to accounts of house and providers since it was last added to their balance",
    "COLUMN account.player_id": "the owner; an account without player and provider is the house''s",
    "COLUMN account.balance_minor": (
        "credits minus debits; for house and providers what waits in account_delta comes on top"
    ),
    "COLUMN account.floor_minor": "the least it may hold; NULL: no floor",
    "COLUMN transfer.seq": "within a wallet, the order of posting",
    "COLUMN transfer.debit_balance": "after it; NULL for house and providers",
    "COLUMN transfer.credit_balance": "after it; NULL for house and providers",
    "COLUMN transfer.wallet_id": "the cash account of the player it concerns",
    "COLUMN transfer.cash_after": "the balance of that account after it",
    "COLUMN transfer.fingerprint": "of the facts as they were sent",
    "COLUMN transfer.reference_id": "what it belongs to: the bet, the deposit, the withdrawal",
    "COLUMN transfer.reversal_of": "what it takes back, or will never let happen (kind tombstone)",
    "COLUMN transfer.group_id": "transfers that were posted together or not at all",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    create_chassis()
    for statement in _STATEMENTS:
        op.execute(statement)
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")

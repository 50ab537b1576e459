"""The ledger is a list: casino, player, currency and the kinds of both accounts stand beside each entry."""

from alembic import op

revision = "0013"
down_revision = "0012"

_COLUMNS = (
    """
    ALTER TABLE transfer
        ADD COLUMN casino_id uuid,
        ADD COLUMN player_id uuid,
        ADD COLUMN currency text,
        ADD COLUMN debit_type text,
        ADD COLUMN credit_type text
    """,
    # What was posted stays; only what its accounts say is copied beside it.
    "ALTER TABLE transfer DISABLE TRIGGER transfer_is_append_only",
    "GRANT UPDATE ON transfer TO CURRENT_USER",
    """
    UPDATE transfer SET
        casino_id = debit.casino_id,
        player_id = coalesce(debit.player_id, credit.player_id),
        currency = debit.currency,
        debit_type = debit.type,
        credit_type = credit.type
    FROM account AS debit, account AS credit
    WHERE debit.id = transfer.debit_account AND credit.id = transfer.credit_account
    """,
    "REVOKE UPDATE ON transfer FROM CURRENT_USER",
    "ALTER TABLE transfer ENABLE TRIGGER transfer_is_append_only",
    """
    ALTER TABLE transfer
        ALTER COLUMN casino_id SET NOT NULL,
        ALTER COLUMN currency SET NOT NULL,
        ALTER COLUMN debit_type SET NOT NULL,
        ALTER COLUMN credit_type SET NOT NULL
    """,
    """
    ALTER TYPE ledger_entry
        ADD ATTRIBUTE casino_id uuid,
        ADD ATTRIBUTE player_id uuid,
        ADD ATTRIBUTE currency text,
        ADD ATTRIBUTE debit_type text,
        ADD ATTRIBUTE credit_type text
    """,
    "COMMENT ON COLUMN transfer.casino_id IS 'of both accounts'",
    "COMMENT ON COLUMN transfer.player_id IS 'whose accounts are concerned; NULL: nobody''s'",
    "COMMENT ON COLUMN transfer.currency IS 'of both accounts'",
    "COMMENT ON COLUMN transfer.debit_type IS 'what the debited account is for'",
    "COMMENT ON COLUMN transfer.credit_type IS 'what the credited account is for'",
)

_INDEXES = (
    "CREATE INDEX ix_transfer_casino ON transfer (casino_id, posted_at, seq)",
    "CREATE INDEX ix_transfer_posted_at ON transfer (posted_at, seq)",
    "CREATE INDEX ix_transfer_player ON transfer (player_id, seq) WHERE player_id IS NOT NULL",
    "DROP INDEX ix_transfer_wallet",
    "CREATE INDEX ix_transfer_reference ON transfer (reference_id) WHERE reference_id IS NOT NULL",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in (*_COLUMNS, *_INDEXES):
        op.execute(statement)

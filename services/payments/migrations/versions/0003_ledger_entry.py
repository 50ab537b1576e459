"""Entries travel to the database as rows of one type."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    op.execute(
        """
        CREATE TYPE ledger_entry AS (
            id uuid,
            kind text,
            debit_account bigint,
            credit_account bigint,
            amount_minor bigint,
            debit_balance bigint,
            credit_balance bigint,
            wallet_id bigint,
            cash_after bigint,
            fingerprint bigint,
            reference_id uuid,
            reversal_of uuid,
            group_id uuid,
            provider text,
            supplier text,
            supplier_tx text,
            game_code text,
            round_ref text,
            round_closed boolean,
            session_id uuid
        )
        """
    )

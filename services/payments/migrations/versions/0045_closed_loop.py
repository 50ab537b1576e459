"""Withdrawals return to where the money came from, in parts; they may be released in batches."""

from alembic import op

revision = "0045"
down_revision = "0044"

_STATEMENTS = (
    "ALTER TABLE withdrawal_policy ADD COLUMN closed_loop text",
    "ALTER TABLE withdrawal_policy ADD COLUMN refund_days integer",
    "ALTER TABLE withdrawal_policy ADD COLUMN in_batches boolean NOT NULL DEFAULT false",
    """
    COMMENT ON COLUMN withdrawal_policy.closed_loop
        IS 'newest, oldest or largest first; NULL: money is not returned to its source'
    """,
    "COMMENT ON COLUMN withdrawal_policy.refund_days IS 'how old a deposit may be that is refunded; NULL: any age'",
    "ALTER TABLE rm_withdrawal_list ADD COLUMN parent_id uuid",
    "ALTER TABLE rm_withdrawal_list ADD COLUMN batch_id uuid",
    "ALTER TABLE rm_withdrawal_list ADD COLUMN paid_minor bigint",
    "COMMENT ON COLUMN rm_withdrawal_list.parent_id IS 'the withdrawal it is a part of; NULL: it is a whole one'",
    "COMMENT ON COLUMN rm_withdrawal_list.batch_id IS 'with which it was released'",
    "COMMENT ON COLUMN rm_withdrawal_list.paid_minor IS 'what left of a whole in parts'",
    """
    CREATE INDEX ix_rm_withdrawal_list_parent ON rm_withdrawal_list (parent_id) WHERE parent_id IS NOT NULL
    """,
    "CREATE INDEX ix_rm_withdrawal_list_batch ON rm_withdrawal_list (batch_id) WHERE batch_id IS NOT NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""Huge lists are narrowed by status and by what the provider calls a payment; work queues are read by the former."""

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = (
    "CREATE INDEX ix_rm_deposit_list_status ON rm_deposit_list (status, created_at, id)",
    "CREATE INDEX ix_rm_deposit_list_reference ON rm_deposit_list (reference)",
    "CREATE INDEX ix_rm_withdrawal_list_status ON rm_withdrawal_list (status, created_at, id)",
    "CREATE INDEX ix_rm_withdrawal_list_reference ON rm_withdrawal_list (reference)",
    "DROP INDEX ix_rm_withdrawal_list_open",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)

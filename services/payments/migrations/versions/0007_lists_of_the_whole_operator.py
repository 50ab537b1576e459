"""Lists of deposits and withdrawals over all casinos read one index in order."""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    "CREATE INDEX ix_rm_deposit_list_created_at ON rm_deposit_list (created_at, id)",
    "CREATE INDEX ix_rm_withdrawal_list_created_at ON rm_withdrawal_list (created_at, id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)

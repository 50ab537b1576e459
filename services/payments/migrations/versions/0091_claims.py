"""When an exchange was recorded stands beside it: with it, payments of a player are in their order."""

from alembic import op

revision = "0091"
down_revision = "0090"

_STATEMENTS = (
    "ALTER TABLE ledger_exchange ADD COLUMN recorded_at timestamptz",
    "ALTER TABLE ledger_exchange ALTER COLUMN recorded_at SET DEFAULT clock_timestamp()",
    "COMMENT ON COLUMN ledger_exchange.recorded_at IS 'NULL: when it was exchanged'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

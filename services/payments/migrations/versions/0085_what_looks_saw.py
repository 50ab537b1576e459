"""What was known when a payment was looked at again is kept, whatever was found: drafts are tried on it."""

from alembic import op

revision = "0085"
down_revision = "0084"

_STATEMENTS = (
    "ALTER TABLE fraud_decision ADD COLUMN seen jsonb DEFAULT '{}' NOT NULL",
    "COMMENT ON COLUMN fraud_decision.seen IS 'values that were known when it was looked at again, as they were last'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

"""A rule against fraud may be stopped for a while, after which it counts again by itself."""

from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.execute("ALTER TABLE fraud_rule ADD COLUMN off_until timestamptz")
    op.execute(
        "COMMENT ON COLUMN fraud_rule.off_until IS 'when it counts again by itself; NULL: when somebody lets it'"
    )

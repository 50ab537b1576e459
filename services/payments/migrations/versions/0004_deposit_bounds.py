"""A casino may say how little and how much is paid in at once."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    # A constant default rewrites nothing, and the version that still runs need not know the column.
    op.execute("ALTER TABLE provider_setting ADD COLUMN deposit_bounds jsonb NOT NULL DEFAULT '{}'")
    op.execute(
        "COMMENT ON COLUMN provider_setting.deposit_bounds IS 'by currency: {min_minor, max_minor}, either may be null'"
    )

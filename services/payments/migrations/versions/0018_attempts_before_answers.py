"""A call to a provider is kept before it is made, when nobody knows how long it will take."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE provider_attempt ALTER COLUMN duration_ms DROP NOT NULL")
    op.execute("COMMENT ON COLUMN provider_attempt.duration_ms IS 'NULL: no answer was kept'")
    op.execute("COMMENT ON COLUMN provider_attempt.outcome IS 'what the answer said, as a class; asked: none was kept'")

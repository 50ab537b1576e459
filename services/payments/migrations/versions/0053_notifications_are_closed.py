"""What was set aside is closed by people; of each its headers are kept too, since a signature may be in them."""

from alembic import op

revision = "0053"
down_revision = "0052"

_COLUMNS = (
    "ALTER TABLE provider_notification ADD COLUMN sealed_headers text",
    "ALTER TABLE provider_notification ADD COLUMN closed_at timestamptz",
    "ALTER TABLE provider_notification ADD COLUMN closed_by text",
    "COMMENT ON COLUMN provider_notification.sealed_headers IS 'as JSON; NULL before they were kept'",
    "COMMENT ON COLUMN provider_notification.closed_at IS 'when people applied it, or were done with it'",
    "COMMENT ON COLUMN provider_notification.closed_by IS 'who'",
)

_OPEN = """
    CREATE INDEX ix_provider_notification_open ON provider_notification (received_at, id)
    WHERE outcome = 'set_aside' AND closed_at IS NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _COLUMNS:
        op.execute(statement)
    op.execute(_OPEN)

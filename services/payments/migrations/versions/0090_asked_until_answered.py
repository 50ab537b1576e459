"""Of a notification that says where to look it is known what about, and since when, until the provider has answered."""

from alembic import op

from chassis.db.migrations import change_indexes

revision = "0090"
down_revision = "0089"

_STATEMENTS = (
    "ALTER TABLE provider_notification ADD COLUMN about uuid",
    "ALTER TABLE provider_notification ADD COLUMN told text",
    "ALTER TABLE provider_notification ADD COLUMN asked_since timestamptz",
    "COMMENT ON COLUMN provider_notification.about IS 'the payment its provider is asked about because of it'",
    """
    COMMENT ON COLUMN provider_notification.told IS
    'what it says of that payment, which only the answer proves: done, undone'
    """,
    "COMMENT ON COLUMN provider_notification.asked_since IS 'since when the provider is asked because of it'",
)
_BUILD = (
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_provider_notification_asking
    ON provider_notification (casino_id, provider, about) WHERE outcome = 'asking'
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)
    change_indexes(build=_BUILD)

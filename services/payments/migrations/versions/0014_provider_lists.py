"""Calls out to providers are kept one by one; their notifications are a list."""

from alembic import op

revision = "0014"
down_revision = "0013"

_STATEMENTS = (
    """
    CREATE TABLE provider_attempt (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        operation text NOT NULL,
        payment_id uuid NOT NULL,
        idempotency_key text,
        outcome text NOT NULL,
        http_status integer,
        code text,
        duration_ms integer NOT NULL,
        attempted_at timestamptz NOT NULL,
        CONSTRAINT pk_provider_attempt PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_provider_attempt_casino ON provider_attempt (casino_id, attempted_at, id)",
    "CREATE INDEX ix_provider_attempt_attempted_at ON provider_attempt (attempted_at, id)",
    "CREATE INDEX ix_provider_attempt_payment ON provider_attempt (payment_id, attempted_at, id)",
    "CREATE INDEX ix_provider_attempt_idempotency_key ON provider_attempt (idempotency_key)",
    "CREATE INDEX ix_provider_attempt_outcome ON provider_attempt (outcome, attempted_at, id)",
    "COMMENT ON TABLE provider_attempt IS 'calls out to providers, and how they went'",
    "COMMENT ON COLUMN provider_attempt.payment_id IS 'the deposit or withdrawal'",
    "COMMENT ON COLUMN provider_attempt.idempotency_key IS 'by which the provider knows a repeat; NULL: a question'",
    "COMMENT ON COLUMN provider_attempt.outcome IS 'what the answer said, as a class'",
    "COMMENT ON COLUMN provider_attempt.http_status IS 'of the answer; NULL: there was none'",
    "COMMENT ON COLUMN provider_attempt.code IS 'the reason of the provider, where it said no'",
    "ALTER TABLE provider_notification ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid()",
    "COMMENT ON COLUMN provider_notification.id IS 'ours, for lists'",
    "DROP INDEX ix_provider_notification_set_aside",
    "CREATE UNIQUE INDEX uq_provider_notification_id ON provider_notification (id)",
    "CREATE INDEX ix_provider_notification_notification_id ON provider_notification (notification_id)",
    "CREATE INDEX ix_provider_notification_casino ON provider_notification (casino_id, received_at, id)",
    "CREATE INDEX ix_provider_notification_received_at ON provider_notification (received_at, id)",
    "CREATE INDEX ix_provider_notification_outcome ON provider_notification (outcome, received_at, id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)

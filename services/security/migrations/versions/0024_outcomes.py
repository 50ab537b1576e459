"""Denials are found by what they are, in all of the audit log."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX ix_rm_audit_log_outcome ON rm_audit_log ((after ->> 'outcome'), happened_at)")

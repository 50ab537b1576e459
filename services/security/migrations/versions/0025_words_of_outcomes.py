"""What was decided is found by the words of decisions, also in entries that say it in earlier words."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE FUNCTION came_to(after jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT CASE after ->> 'outcome'
                WHEN 'denied' THEN CASE after ->> 'decision' WHEN 'step_up_needed' THEN 'challenge' ELSE 'deny' END
                WHEN 'allowed' THEN CASE after ->> 'decision' WHEN 'approval_needed' THEN 'four_eyes' ELSE 'allow' END
                ELSE after ->> 'outcome' END
        $$
        """
    )
    op.execute("CREATE INDEX ix_rm_audit_log_came_to ON rm_audit_log (came_to(after), happened_at)")
    op.execute("DROP INDEX ix_rm_audit_log_outcome")

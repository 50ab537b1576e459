"""A withdrawal says until when it is due, what it goes to and why the policy did not let it go by itself."""

from alembic import op

revision = "0036"
down_revision = "0035"

_STATEMENTS = (
    "ALTER TABLE rm_withdrawal_list ADD COLUMN due_at timestamptz",
    "ALTER TABLE rm_withdrawal_list ADD COLUMN stopped_by jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE rm_withdrawal_list ADD COLUMN instrument_id uuid",
    "COMMENT ON COLUMN rm_withdrawal_list.due_at IS 'until when it should be paid; NULL: nobody said'",
    "COMMENT ON COLUMN rm_withdrawal_list.stopped_by IS 'why nobody could let it go by itself'",
    "COMMENT ON COLUMN rm_withdrawal_list.instrument_id IS 'what it goes to; NULL: it cannot be told'",
    "CREATE INDEX ix_rm_withdrawal_list_due ON rm_withdrawal_list (status, due_at, id)",
    "ALTER TABLE withdrawal_policy ADD COLUMN due_within_minutes integer",
    "ALTER TABLE withdrawal_policy ADD COLUMN automatic_level text NOT NULL DEFAULT 'none'",
    "ALTER TABLE withdrawal_policy ADD COLUMN automatic_after_days integer",
    "ALTER TABLE withdrawal_policy ADD COLUMN automatic_day_total_minor bigint",
    "ALTER TABLE withdrawal_policy ADD COLUMN automatic_only_verified boolean NOT NULL DEFAULT false",
    """
    COMMENT ON COLUMN withdrawal_policy.due_within_minutes
        IS 'how long people and the provider have; NULL: nobody said'
    """,
    "ALTER TABLE rm_player_standing ADD COLUMN registered_at timestamptz",
    "COMMENT ON COLUMN rm_player_standing.registered_at IS 'NULL until the registration itself is heard of'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""How much it is that waits for somebody's yes. Where withdrawals wait already: `rebuild approval_inbox`."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE rm_approval_inbox ADD COLUMN amount_minor bigint, ADD COLUMN currency text")
    comment = "what is moved, where a role may say how much somebody approves"
    op.execute(f"COMMENT ON COLUMN rm_approval_inbox.amount_minor IS '{comment}'")

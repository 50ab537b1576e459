"""What waits for a second person."""

from chassis.db.migrations import add_approvals

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    add_approvals()

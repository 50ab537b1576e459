"""What waits for a second person."""

from chassis.db.migrations import add_approvals

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    add_approvals()

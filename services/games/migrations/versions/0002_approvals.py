"""What waits for a second person."""

from chassis.db.migrations import add_approvals

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    add_approvals()

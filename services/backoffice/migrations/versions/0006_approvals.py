"""What waits for a second person."""

from chassis.db.migrations import add_approvals

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    add_approvals()

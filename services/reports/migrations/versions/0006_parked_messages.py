"""What lists tell of parked messages."""

from chassis.db.migrations import describe_parked

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    describe_parked()

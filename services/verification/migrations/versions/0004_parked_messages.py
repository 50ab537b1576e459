"""What lists tell of parked messages."""

from chassis.db.migrations import describe_parked

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    describe_parked()

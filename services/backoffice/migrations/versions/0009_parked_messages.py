"""What lists tell of parked messages."""

from chassis.db.migrations import describe_parked

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    describe_parked()

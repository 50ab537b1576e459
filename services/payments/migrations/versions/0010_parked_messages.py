"""What lists tell of parked messages."""

from chassis.db.migrations import describe_parked

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    describe_parked()

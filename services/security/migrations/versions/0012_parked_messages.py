"""What lists tell of parked messages."""

from chassis.db.migrations import describe_parked

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    describe_parked()

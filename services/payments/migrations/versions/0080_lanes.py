"""Tasks in lanes."""

from chassis.db.migrations import add_lanes

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    add_lanes()

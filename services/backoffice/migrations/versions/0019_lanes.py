"""Tasks in lanes."""

from chassis.db.migrations import add_lanes

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    add_lanes()

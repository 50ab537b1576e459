"""Tasks in lanes."""

from chassis.db.migrations import add_lanes

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    add_lanes()

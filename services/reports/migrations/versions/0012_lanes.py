"""Tasks in lanes."""

from chassis.db.migrations import add_lanes

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    add_lanes()

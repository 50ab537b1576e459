"""Tasks in lanes."""

from chassis.db.migrations import add_lanes

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    add_lanes()

"""Tasks in lanes."""

from chassis.db.migrations import add_lanes

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    add_lanes()

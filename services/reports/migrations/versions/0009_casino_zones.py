"""Where casinos keep their time."""

from chassis.db.migrations import add_casino_zones

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    add_casino_zones()

"""Where casinos keep their time."""

from chassis.db.migrations import add_casino_zones

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    add_casino_zones()

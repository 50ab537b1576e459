"""Where casinos keep their time."""

from chassis.db.migrations import add_casino_zones

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    add_casino_zones()

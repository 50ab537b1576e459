"""Where casinos keep their time."""

from chassis.db.migrations import add_casino_zones

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    add_casino_zones()

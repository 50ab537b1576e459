"""Where casinos keep their time."""

from chassis.db.migrations import add_casino_zones

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    add_casino_zones()

"""Where casinos keep their time."""

from chassis.db.migrations import add_casino_zones

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    add_casino_zones()

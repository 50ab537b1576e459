"""Actions on many rows of a list at once."""

from chassis.db.migrations import add_bulk

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    add_bulk()

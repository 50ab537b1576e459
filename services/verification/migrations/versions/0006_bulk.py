"""Actions on many rows of a list at once."""

from chassis.db.migrations import add_bulk

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    add_bulk()

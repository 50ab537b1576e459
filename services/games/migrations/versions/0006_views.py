"""Saved views of lists."""

from chassis.db.migrations import add_views

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    add_views()

"""Saved views of lists."""

from chassis.db.migrations import add_views

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    add_views()

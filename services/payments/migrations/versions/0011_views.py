"""Saved views of lists."""

from chassis.db.migrations import add_views

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    add_views()

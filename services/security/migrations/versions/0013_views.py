"""Saved views of lists."""

from chassis.db.migrations import add_views

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    add_views()

"""Saved views of lists."""

from chassis.db.migrations import add_views

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    add_views()

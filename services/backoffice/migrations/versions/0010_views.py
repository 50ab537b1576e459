"""Saved views of lists."""

from chassis.db.migrations import add_views

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    add_views()

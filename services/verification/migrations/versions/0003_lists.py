"""Exports of lists, saved views, bulk actions."""

from chassis.db.migrations import add_lists

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_lists()

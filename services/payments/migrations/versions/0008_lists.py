"""Exports of lists, saved views, bulk actions."""

from chassis.db.migrations import add_lists

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    add_lists()

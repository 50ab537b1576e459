"""Exports of lists, saved views, bulk actions."""

from chassis.db.migrations import add_lists

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    add_lists()

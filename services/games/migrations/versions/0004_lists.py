"""Exports of lists, saved views, bulk actions."""

from chassis.db.migrations import add_lists

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    add_lists()

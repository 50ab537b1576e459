"""Events are never changed, and never go."""

from chassis.db.migrations import keep_events

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    keep_events()

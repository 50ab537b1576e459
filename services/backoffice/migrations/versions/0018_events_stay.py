"""Events are never changed, and never go."""

from chassis.db.migrations import keep_events

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    keep_events()

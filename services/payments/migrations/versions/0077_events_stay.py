"""Events are never changed, and never go."""

from chassis.db.migrations import keep_events

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    keep_events()

"""Events are never changed, and never go."""

from chassis.db.migrations import keep_events

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    keep_events()

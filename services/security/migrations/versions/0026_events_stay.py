"""Events are never changed, and never go."""

from chassis.db.migrations import keep_events

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    keep_events()

"""By which old rows are found that go."""

from chassis.db.migrations import index_old_rows

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    index_old_rows()

"""By which old rows are found that go."""

from chassis.db.migrations import index_old_rows

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    index_old_rows()

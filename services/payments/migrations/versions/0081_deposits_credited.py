"""When a deposit was credited stands in the list: rules against fraud look at a day's deposits by it.

Those from before have none, and count by when they were asked for, as all of them did: a day later none is looked at.
"""

from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    op.execute("ALTER TABLE rm_deposit_list ADD COLUMN credited_at timestamptz")
    op.execute("COMMENT ON COLUMN rm_deposit_list.credited_at IS 'NULL: it was not, or before this was kept'")

"""Who made the account of a colleague, told by the event it began with."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    added_by: sa.Column[str] = sa.Column(
        "added_by", sa.Text(), comment="the colleague who made the account, or the process"
    )
    op.add_column("rm_staff_list", added_by)

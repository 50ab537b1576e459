"""Who gave whom a new password, and for how long they are no second person for each other."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "tie",
        sa.Column("staff_id", sa.Uuid(), nullable=False, comment="who got in again"),
        sa.Column("other", sa.Uuid(), nullable=False, comment="who let him, or may be the same human as who did"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="a factor from before unties"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "other"),
    )

"""Reports name the colleagues in them and tell how fresh they are.

Withdrawals have payments' words for where they stand: `rebuild withdrawal`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "rm_staff_member",
        sa.Column("staff_id", sa.Text(), nullable=False, comment="as `approved_by` and `requested_by` name them"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_rm_staff_member")),
    )
    op.create_table(
        "freshness",
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column(
            "until",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="everything that had reached the bus is in it",
        ),
        sa.PrimaryKeyConstraint("of", name=op.f("pk_freshness")),
    )

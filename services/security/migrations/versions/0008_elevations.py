"""Access that somebody has for some hours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rm_elevation_list",
        sa.Column("elevation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("casinos", postgresql.JSONB(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("answer_by", _MOMENT, nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True, comment="why, in the words of whoever answered"),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("elevation_id", name=op.f("pk_rm_elevation_list")),
    )
    op.create_index("ix_rm_elevation_list_requested_at", "rm_elevation_list", ["requested_at", "elevation_id"])
    op.create_index("ix_rm_elevation_list_staff_id", "rm_elevation_list", ["staff_id", "requested_at"])

"""Emergency access, and the mark in the audit log of what was done meanwhile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rm_break_glass_list",
        sa.Column("break_glass_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("casinos", postgresql.JSONB(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("review_by", _MOMENT, nullable=False),
        sa.Column("reviewed_at", _MOMENT, nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("overdue_at", _MOMENT, nullable=True, comment="when it was said that nobody had reviewed it in time"),
        sa.PrimaryKeyConstraint("break_glass_id", name=op.f("pk_rm_break_glass_list")),
    )
    op.create_index("ix_rm_break_glass_list_opened_at", "rm_break_glass_list", ["opened_at", "break_glass_id"])
    op.create_index("ix_rm_break_glass_list_staff_id", "rm_break_glass_list", ["staff_id", "opened_at"])
    op.add_column(
        "rm_audit_log",
        sa.Column(
            "break_glass", sa.Uuid(), nullable=True, comment="the emergency access that was open when it was done"
        ),
    )
    op.create_index(
        "ix_rm_audit_log_break_glass",
        "rm_audit_log",
        ["break_glass", "happened_at", "entry_id"],
        postgresql_where=sa.text("break_glass IS NOT NULL"),
    )

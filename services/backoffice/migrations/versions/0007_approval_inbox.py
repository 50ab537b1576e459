"""One inbox of what waits for a second person. Where withdrawals wait already: `rebuild approval_inbox`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "rm_approval_inbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=True),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("approve_permission", sa.Text(), nullable=False),
        sa.Column("list_permission", sa.Text(), nullable=False, comment="whoever holds it there may know of it"),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("barred", postgresql.JSONB(), nullable=False),
        sa.Column("approved_by", postgresql.JSONB(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("href", sa.Text(), nullable=False, comment="where it is decided"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rm_approval_inbox")),
    )
    op.create_index("ix_rm_approval_inbox_casino_id", "rm_approval_inbox", ["casino_id", "proposed_at", "id"])
    op.create_index("ix_rm_approval_inbox_state", "rm_approval_inbox", ["state", "proposed_at", "id"])

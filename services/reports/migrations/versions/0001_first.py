"""The chassis' tables, the facts, the jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.db.migrations import create_chassis

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis()
    op.create_table(
        "job_progress",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("rows_written", sa.BigInteger(), nullable=False),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_progress")),
    )
    op.create_table(
        "rm_casino",
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("gaming_day_starts_at_hour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("casino_id", name=op.f("pk_rm_casino")),
    )
    op.create_table(
        "rm_game",
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("game_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("casino_id", "supplier", "game_code", name=op.f("pk_rm_game")),
    )
    op.create_table(
        "rm_job_list",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("casino_ids", postgresql.JSONB(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("formats", postgresql.JSONB(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("files", postgresql.JSONB(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_rm_job_list")),
    )
    op.create_index("ix_rm_job_list_expires_at", "rm_job_list", ["expires_at"], unique=False)
    op.create_index(
        "ix_rm_job_list_requested_by", "rm_job_list", ["requested_by", "requested_at", "job_id"], unique=False
    )
    op.create_table(
        "rm_movement",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("delta_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=True),
        sa.Column("game_code", sa.Text(), nullable=True),
        sa.Column("round_ref", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_rm_movement")),
    )
    op.create_index("ix_rm_movement_casino_id", "rm_movement", ["casino_id", "posted_at", "transfer_id"], unique=False)
    op.create_index("ix_rm_movement_player_id", "rm_movement", ["player_id", "posted_at", "transfer_id"], unique=False)
    op.create_table(
        "rm_player",
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("test_account", sa.Boolean(), nullable=False, comment="left out of every report (GLI-19 A.2.5)"),
        sa.PrimaryKeyConstraint("player_id", name=op.f("pk_rm_player")),
    )
    op.create_table(
        "rm_withdrawal",
        sa.Column("withdrawal_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("approved_by", postgresql.JSONB(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="paid, rejected, cancelled or failed"),
        sa.PrimaryKeyConstraint("withdrawal_id", name=op.f("pk_rm_withdrawal")),
    )
    op.create_index(
        "ix_rm_withdrawal_casino_id", "rm_withdrawal", ["casino_id", "requested_at", "withdrawal_id"], unique=False
    )

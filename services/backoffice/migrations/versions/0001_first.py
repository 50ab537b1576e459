"""The chassis' tables, casinos, players, notes, the timeline and the figures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.db.migrations import create_chassis

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis()
    op.create_table(
        "rm_casino_list",
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("gaming_day_starts_at_hour", sa.Integer(), nullable=False),
        sa.Column(
            "profiles",
            postgresql.JSONB(),
            nullable=False,
            comment="[{version, effective_from, profile}], in order of adoption",
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("casino_id", name=op.f("pk_rm_casino_list")),
    )
    op.create_table(
        "rm_player_list",
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tags", postgresql.JSONB(), nullable=False),
        sa.Column(
            "limits",
            postgresql.JSONB(),
            nullable=False,
            comment="period -> {amount_minor, currency, effective_from, previous}",
        ),
        sa.Column(
            "excluded_until", sa.Date(), nullable=True, comment="the last day there is for an exclusion without end"
        ),
        sa.Column("test_account", sa.Boolean(), nullable=False),
        sa.Column("terms_version", sa.Text(), nullable=False),
        sa.Column(
            "sealed",
            postgresql.JSONB(),
            nullable=False,
            comment="personal data, each value encrypted under the player's key",
        ),
        sa.Column("email_index", sa.Text(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("identity_index", sa.Text(), nullable=True, comment="of name and date of birth"),
        sa.PrimaryKeyConstraint("player_id", name=op.f("pk_rm_player_list")),
    )
    op.create_index(
        "ix_rm_player_list_casino_id", "rm_player_list", ["casino_id", "registered_at", "player_id"], unique=False
    )
    op.create_index("ix_rm_player_list_email_index", "rm_player_list", ["email_index"], unique=False)
    op.create_index(
        "ix_rm_player_list_excluded",
        "rm_player_list",
        ["excluded_until"],
        unique=False,
        postgresql_where=sa.text("excluded_until IS NOT NULL"),
    )
    op.create_index("ix_rm_player_list_identity_index", "rm_player_list", ["identity_index"], unique=False)
    op.create_index("ix_rm_player_list_registered_at", "rm_player_list", ["registered_at", "player_id"], unique=False)
    op.create_table(
        "rm_player_notes",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("sealed_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_rm_player_notes")),
    )
    op.create_index(
        "ix_rm_player_notes_player_id", "rm_player_notes", ["player_id", "written_at", "note_id"], unique=False
    )
    op.create_table(
        "rm_player_overview",
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposits_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposits", sa.Integer(), nullable=False),
        sa.Column("withdrawals_minor", sa.BigInteger(), nullable=False),
        sa.Column("withdrawals", sa.Integer(), nullable=False),
        sa.Column("on_hold_minor", sa.BigInteger(), nullable=False),
        sa.Column("bets_minor", sa.BigInteger(), nullable=False),
        sa.Column("wins_minor", sa.BigInteger(), nullable=False),
        sa.Column("verification_level", sa.Text(), nullable=False),
        sa.Column("open_hits", sa.Integer(), nullable=False),
        sa.Column("last_log_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("player_id", name=op.f("pk_rm_player_overview")),
    )
    op.create_table(
        "rm_timeline",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "position", sa.BigInteger(), nullable=False, comment="the order of arrival, for moments that are equal"
        ),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("authorised_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_rm_timeline")),
    )
    op.create_index("ix_rm_timeline_casino_id", "rm_timeline", ["casino_id", "happened_at", "entry_id"], unique=False)
    op.create_index("ix_rm_timeline_player_id", "rm_timeline", ["player_id", "happened_at", "entry_id"], unique=False)

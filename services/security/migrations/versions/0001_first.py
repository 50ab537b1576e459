"""The chassis' tables, credentials, sessions, keys, catalogue, lists and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.db.migrations import create_chassis

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis()
    op.create_table(
        "credential",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False, comment="staff, or the id of a casino"),
        sa.Column(
            "handle",
            sa.Text(),
            nullable=False,
            comment="staff: the log-in in lower case; players: blind index of the e-mail",
        ),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=True, comment="of a one-time password"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed",
            sa.Boolean(),
            nullable=False,
            comment="false: the registration of the player is not known yet",
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_credential")),
    )
    op.create_index("ix_credential_realm_handle", "credential", ["realm", "handle"], unique=False)
    op.create_index(
        "uq_credential_realm_handle",
        "credential",
        ["realm", "handle"],
        unique=True,
        postgresql_where=sa.text("confirmed"),
    )
    op.create_table(
        "permission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("data_classes", postgresql.JSONB(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True, comment="its service no longer declares it"),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission")),
    )
    op.create_table(
        "player_account",
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=False),
        sa.Column("blocked", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("player_id", name=op.f("pk_player_account")),
    )
    op.create_table(
        "rm_assignment_list",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("casinos", postgresql.JSONB(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_rm_assignment_list")),
    )
    op.create_index("ix_rm_assignment_list_staff_id", "rm_assignment_list", ["staff_id"], unique=False)
    op.create_table(
        "rm_audit_log",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_ip", sa.Text(), nullable=True),
        sa.Column("authorised_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("element", sa.Text(), nullable=False, comment="the stream or setting that changed"),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_rm_audit_log")),
    )
    op.create_index("ix_rm_audit_log_actor_id", "rm_audit_log", ["actor_id", "happened_at"], unique=False)
    op.create_index("ix_rm_audit_log_casino_id", "rm_audit_log", ["casino_id", "happened_at", "entry_id"], unique=False)
    op.create_index("ix_rm_audit_log_element", "rm_audit_log", ["element", "happened_at"], unique=False)
    op.create_index("ix_rm_audit_log_happened_at", "rm_audit_log", ["happened_at", "entry_id"], unique=False)
    op.create_table(
        "rm_role_list",
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_rm_role_list")),
        sa.UniqueConstraint("name", name=op.f("uq_rm_role_list_name")),
    )
    op.create_table(
        "rm_staff_list",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_rm_staff_list")),
    )
    op.create_index("ix_rm_staff_list_added_at", "rm_staff_list", ["added_at", "staff_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("casino_id", sa.Uuid(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_subject_id", "session", ["subject_id", "started_at"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.Column("public_key", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trusted_until", sa.DateTime(timezone=True), nullable=True, comment="null: until it is replaced"),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_refresh_token_session_id_session")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refresh_token")),
    )
    op.create_index("ix_refresh_token_session_id", "refresh_token", ["session_id"], unique=False)

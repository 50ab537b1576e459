"""Versions and lines of roles, times of assignments, what permissions ask for, duties that met, decisions counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _more_about_roles()
    _more_about_people()
    _more_about_permissions()
    op.create_table(
        "decision_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("casino", sa.Text(), nullable=False, comment="a casino id, or * where none was named"),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "subject_id", "permission", "casino", "outcome", name=op.f("pk_decision_count")),
    )
    op.create_table(
        "duties_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("casinos", postgresql.JSONB(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("override", sa.Text(), nullable=True, comment="why it was allowed, where it was"),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties_conflict")),
        sa.UniqueConstraint("staff_id", "first", "second", name=op.f("uq_duties_conflict_staff_id_first_second")),
    )
    op.create_index("ix_duties_conflict_found_at", "duties_conflict", ["found_at", "id"])


def _more_about_roles() -> None:
    table = "rm_role_list"
    op.alter_column(table, "permissions", comment="names and patterns that are allowed")
    op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        table,
        sa.Column(
            "grants",
            postgresql.JSONB(),
            nullable=False,
            server_default="[]",
            comment="the lines of the version that holds",
        ),
    )
    op.add_column(table, sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column(table, sa.Column("owner", sa.Text(), nullable=False, server_default=""))
    op.add_column(table, sa.Column("review_by", sa.Date(), nullable=True))
    op.add_column(table, sa.Column("break_glass", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column(table, sa.Column("status", sa.Text(), nullable=False, server_default="active"))
    op.execute(
        """
        UPDATE rm_role_list SET grants = (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'pattern', one, 'auto_extend', one LIKE '%*', 'modes',
                '{"pii_basic": "mask", "pii_sensitive": "mask", "financial": "clear", "rg": "clear"}'::jsonb)), '[]')
            FROM jsonb_array_elements_text(permissions) AS one)
        """
    )


def _more_about_people() -> None:
    table = "rm_assignment_list"
    op.add_column(table, sa.Column("not_before", _MOMENT, nullable=True))
    op.add_column(table, sa.Column("expires_at", _MOMENT, nullable=True))
    op.add_column(table, sa.Column("ticket", sa.Text(), nullable=True))
    op.add_column(table, sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column(
        table,
        sa.Column("override", sa.Text(), nullable=True, comment="why duties that are kept apart may meet here"),
    )
    op.create_index("ix_rm_assignment_list_assigned_at", table, ["assigned_at", "assignment_id"])
    op.create_index("ix_rm_assignment_list_role_id", table, ["role_id"])
    op.add_column("rm_staff_list", sa.Column("contractor", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column(
        "rm_staff_list",
        sa.Column("sessions_from", _MOMENT, nullable=True, comment="tokens from before are worth nothing"),
    )


def _more_about_permissions() -> None:
    table = "permission"
    op.add_column(table, sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        table,
        sa.Column(
            "step_up_s", sa.Integer(), nullable=True, comment="how old the proof of who it is may be, in seconds"
        ),
    )
    for name in ("four_eyes", "impersonation", "api_client"):
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default="false"))
    op.add_column(table, sa.Column("scopable", sa.Text(), nullable=False, server_default="casino"))
    op.add_column(table, sa.Column("since", sa.Text(), nullable=False, server_default=""))

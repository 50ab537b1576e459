"""Factors, recovery codes, tickets, and what a session knows about how it was opened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _sessions()
    _factors()
    op.create_table(
        "ticket",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "session_id", sa.Uuid(), nullable=True, comment="the session it was given to; null before there is one"
        ),
        sa.Column("casino_id", sa.Uuid(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True, comment="whoever comes from elsewhere does not hold it"),
        sa.Column("challenge", sa.LargeBinary(), nullable=True, comment="what a key is to sign"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_subject_id", "ticket", ["subject_id"], unique=False)


def _sessions() -> None:
    """Sessions of before were opened with a password, and nobody knows when they were last used."""
    moment = sa.DateTime(timezone=True)
    op.add_column("session", sa.Column("user_agent", sa.Text(), comment="as the client calls itself"))
    op.add_column("session", sa.Column("last_seen_at", moment, comment="to the minute"))
    op.add_column("session", sa.Column("authenticated_at", moment, comment="who it is was last proved then"))
    op.add_column("session", sa.Column("amr", postgresql.JSONB(), comment="by these methods (RFC 8176)"))
    op.add_column(
        "session",
        sa.Column("sid_digest", sa.LargeBinary(), comment="of a browser's session: SHA-256 of what its cookie holds"),
    )
    op.add_column("session", sa.Column("browser", sa.Boolean(), server_default="false", nullable=False))
    op.execute("UPDATE session SET last_seen_at = started_at, authenticated_at = started_at, amr = '[\"pwd\"]'")
    for column in ("last_seen_at", "authenticated_at", "amr"):
        op.alter_column("session", column, nullable=False)
    op.create_index("uq_session_sid_digest", "session", ["sid_digest"], unique=True)


def _factors() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="totp or webauthn"),
        sa.Column("name", sa.Text(), nullable=False, comment="as its owner calls it"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: begun, and good for nothing yet",
        ),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_secret", sa.Text(), nullable=True, comment="totp"),
        sa.Column(
            "last_counter",
            sa.BigInteger(),
            nullable=True,
            comment="totp: the 30 seconds whose code was the last to be used",
        ),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True, comment="webauthn"),
        sa.Column("public_key", sa.LargeBinary(), nullable=True, comment="webauthn: COSE"),
        sa.Column("sign_count", sa.BigInteger(), nullable=True, comment="webauthn"),
        sa.Column(
            "method",
            sa.Text(),
            nullable=True,
            comment="webauthn: hwk where the key stays in its device, else swk (RFC 8176)",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_factor_credential_id")),
    )
    op.create_index("ix_factor_subject_id", "factor", ["subject_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.Text(), nullable=False, comment="keyed hash over owner and code"),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_subject_id", "recovery_code", ["subject_id"], unique=False)

"""What somebody proves himself with beside the password, and the tickets between two steps of a proof; and who
may have got into whose account."""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, Table, Text, Uuid

from security.application.schema import metadata

factor = Table(
    "factor",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False, comment="totp or webauthn"),
    Column("name", Text, nullable=False, comment="as its owner calls it"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True), comment="null: begun, and good for nothing yet"),
    Column("last_used_at", DateTime(timezone=True)),
    Column("sealed_secret", Text, comment="totp"),
    Column("last_counter", BigInteger, comment="totp: the 30 seconds whose code was the last to be used"),
    Column("credential_id", LargeBinary, unique=True, comment="webauthn"),
    Column("public_key", LargeBinary, comment="webauthn: COSE"),
    Column("sign_count", BigInteger, comment="webauthn"),
    Column("method", Text, comment="webauthn: hwk where the key stays in its device, else swk (RFC 8176)"),
    Index("ix_factor_subject_id", "subject_id"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("digest", Text, primary_key=True, comment="keyed hash over owner and code"),
    Column("subject_id", Uuid, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("ix_recovery_code_subject_id", "subject_id"),
)

ticket = Table(
    "ticket",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("session_id", Uuid, comment="the session it was given to; null before there is one"),
    Column("casino_id", Uuid),
    Column("ip", Text, comment="whoever comes from elsewhere does not hold it"),
    Column("challenge", LargeBinary, comment="what a key is to sign"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("ix_ticket_subject_id", "subject_id"),
)

tie = Table(
    "tie",
    metadata,
    Column("staff_id", Uuid, primary_key=True, comment="who got in again"),
    Column("other", Uuid, primary_key=True, comment="who let him, or may be the same human as who did"),
    Column("since", DateTime(timezone=True), nullable=False, comment="a factor from before unties"),
    Column("until", DateTime(timezone=True), nullable=False),
)

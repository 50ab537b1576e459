"""What is not event-sourced: secrets, and what changes with every request."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from security.application.schema import metadata

credential = Table(
    "credential",
    metadata,
    Column("subject_id", Uuid, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("realm", Text, nullable=False, comment="staff, or the id of a casino"),
    Column(
        "handle", Text, nullable=False, comment="staff: the log-in in lower case; players: blind index of the e-mail"
    ),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("usable_until", DateTime(timezone=True), comment="of a one-time password"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", DateTime(timezone=True)),
    Column("disabled", Boolean, nullable=False, server_default="false"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("confirmed", Boolean, nullable=False, comment="false: the registration of the player is not known yet"),
    Index("ix_credential_realm_handle", "realm", "handle"),
    Index("uq_credential_realm_handle", "realm", "handle", unique=True, postgresql_where=text("confirmed")),
)

player_account = Table(
    "player_account",
    metadata,
    Column("player_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("blocked", Boolean, nullable=False, server_default="false"),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("casino_id", Uuid),
    Column("ip", Text),
    Column("user_agent", Text, comment="as the client calls itself"),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False, comment="to the minute"),
    Column("authenticated_at", DateTime(timezone=True), nullable=False, comment="who it is was last proved then"),
    Column("amr", JSONB, nullable=False, comment="by these methods (RFC 8176)"),
    Column("browser", Boolean, nullable=False, server_default="false"),
    Column("sid_digest", LargeBinary, comment="of a browser's session: SHA-256 of what its cookie holds"),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("cause", Text),
    Column("failures", Integer, nullable=False, server_default="0", comment="wrong proofs in a row, stepping up"),
    Index("ix_session_subject_id", "subject_id", "started_at"),
    Index("uq_session_sid_digest", "sid_digest", unique=True),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("session_id", Uuid, ForeignKey("session.id"), nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("ix_refresh_token_session_id", "session_id"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("sealed_private_key", Text, nullable=False),
    Column("public_key", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("signs_from", DateTime(timezone=True), nullable=False),
    Column("trusted_until", DateTime(timezone=True), comment="null: until it is replaced"),
)

permission = Table(
    "permission",
    metadata,
    Column("id", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("data_classes", JSONB, nullable=False),
    Column("removed_at", DateTime(timezone=True), comment="its service no longer declares it"),
    Column("declared_at", DateTime(timezone=True), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("step_up_s", Integer, comment="how old the proof of who it is may be, in seconds"),
    Column("four_eyes", Boolean, nullable=False, server_default="false"),
    Column("impersonation", Boolean, nullable=False, server_default="false"),
    Column("api_client", Boolean, nullable=False, server_default="false"),
    Column("scopable", Text, nullable=False, server_default="casino"),
    Column("since", Text, nullable=False, server_default=""),
    Column(
        "amounts", Boolean, nullable=False, server_default="false", comment="asked for with one, so a ceiling limits it"
    ),
)

decision_count = Table(
    "decision_count",
    metadata,
    Column("day", Date, primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("permission", Text, primary_key=True),
    Column("casino", Text, primary_key=True, comment="a casino id, or * where none was named"),
    Column("outcome", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

duties_conflict = Table(
    "duties_conflict",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("staff_id", Uuid, nullable=False),
    Column("first", Text, nullable=False),
    Column("second", Text, nullable=False),
    Column("casinos", JSONB, nullable=False),
    Column("why", Text, nullable=False),
    Column("override", Text, comment="why it was allowed, where it was"),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("staff_id", "first", "second"),
    Index("ix_duties_conflict_found_at", "found_at", "id"),
)

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", Uuid, nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False, comment="SHA-256 of the entry as it was received"),
    Column("chain", LargeBinary, nullable=False, comment="keyed hash over the seal before and this one"),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("chain", LargeBinary, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)

alarm = Table(
    "alarm",
    metadata,
    Column("alarm_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("staff_id", Uuid, nullable=False, comment="whom it is about"),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("acknowledged_by", Uuid),
    Column("findings", Text),
    Index("ix_alarm_raised_at", "raised_at", "alarm_id"),
)

access_review = Table(
    "access_review",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assignment_id", Uuid, nullable=False),
    Column("staff_id", Uuid, nullable=False),
    Column("role_id", Uuid, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reviewed_at", DateTime(timezone=True), nullable=False),
    Column("reviewed_by", Uuid, nullable=False),
    Index("ix_access_review_assignment_id", "assignment_id", "reviewed_at"),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("document", Text, nullable=False, comment="the whole policy as canonical JSON"),
)

policy_key = Table(
    "policy_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("sealed_private_key", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("signs_from", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("trusted_until", DateTime(timezone=True), comment="null: until it is replaced"),
)

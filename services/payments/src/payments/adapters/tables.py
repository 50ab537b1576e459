"""Plain tables: settings, what was heard of, what was handled. Settings tell every change with before and after."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from payments.application.schema import metadata

provider_setting = Table(
    "provider_setting",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("currencies", JSONB, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("secrets", JSONB, nullable=False, comment="name -> sealed value"),
    Column(
        "deposit_bounds",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="by currency: {min_minor, max_minor}, either may be null",
    ),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

withdrawal_policy = Table(
    "withdrawal_policy",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("second_person_above_minor", BigInteger, nullable=False),
    Column("automatic_up_to_minor", BigInteger, comment="NULL: somebody always has to approve"),
    Column("minimum_minor", BigInteger),
    Column("maximum_minor", BigInteger),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

provider_notification = Table(
    "provider_notification",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("notification_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text, comment="why it was set aside"),
    Column("accepted", Boolean, nullable=False, comment="what the provider was answered"),
    Column("facts", JSONB, nullable=False),
    Column("sealed", Text, comment="the whole of what was set aside, for a person to look into"),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("ix_provider_notification_set_aside", "received_at", postgresql_where=text("outcome = 'set_aside'")),
)

restriction_beat = Table(
    "restriction_beat",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    comment="the youngest sign of life heard on each partition of the players' topic",
)

"""Plain tables: settings, what was heard of, what was handled. Settings tell every change with before and after."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Index, Integer, Table, Text, Uuid, text
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
    Column(
        "methods",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="method -> {countries, fee_bps, fee_fixed_minor, details}",
    ),
    Column(
        "replaced",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="name -> sealed value before the present one, with which the provider may still sign",
    ),
    Column("replaced_until", DateTime(timezone=True), comment="until when; NULL: there is none"),
    Column("stopped_at", DateTime(timezone=True), comment="when one person stopped it at once; NULL: nobody did"),
    Column("stopped_by", Text),
    Column("stopped_because", Text),
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
    Column("due_within_minutes", Integer, comment="how long people and the provider have; NULL: nobody said"),
    Column("automatic_level", Text, nullable=False, server_default=text("'none'")),
    Column("automatic_after_days", Integer),
    Column("automatic_day_total_minor", BigInteger),
    Column("automatic_only_verified", Boolean, nullable=False, server_default=text("false")),
    Column("closed_loop", Text, comment="newest, oldest or largest first; NULL: money is not returned to its source"),
    Column("refund_days", Integer, comment="how old a deposit may be that is refunded; NULL: any age"),
    Column("in_batches", Boolean, nullable=False, server_default=text("false")),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

bonus_policy = Table(
    "bonus_policy",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("order_of_use", Text, nullable=False, comment="cash_first or bonus_first; without a row: cash_first"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("order_of_use IN ('cash_first', 'bonus_first')", name="order_of_use"),
)

exchange_policy = Table(
    "exchange_policy",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("spread_bp", Integer, nullable=False, comment="what the house keeps, in hundredths of a per cent"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("spread_bp >= 0 AND spread_bp < 10000", name="spread"),
)

debt_policy = Table(
    "debt_policy",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column(
        "stops",
        Text,
        nullable=False,
        comment="what a chargeback stops that leaves a debt; without a row: bets_and_deposits",
    ),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("stops IN ('nothing', 'bets_and_deposits')", name="stops"),
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
    Column("id", Uuid, nullable=False, server_default=text("gen_random_uuid()"), comment="ours, for lists"),
    Column("sealed_headers", Text, comment="as JSON; NULL before they were kept"),
    Column("closed_at", DateTime(timezone=True), comment="when people applied it, or were done with it"),
    Column("closed_by", Text, comment="who"),
    Column("about", Uuid, comment="the payment its provider is asked about because of it"),
    Column("told", Text, comment="what it says of that payment, which only the answer proves: done, undone"),
    Column("asked_since", DateTime(timezone=True), comment="since when the provider is asked because of it"),
    Index("uq_provider_notification_id", "id", unique=True),
    Index(
        "ix_provider_notification_asking",
        "casino_id",
        "provider",
        "about",
        postgresql_where=text("outcome = 'asking'"),
    ),
    Index(
        "ix_provider_notification_open",
        "received_at",
        "id",
        postgresql_where=text("outcome = 'set_aside' AND closed_at IS NULL"),
    ),
    Index("ix_provider_notification_whole", "closed_at", postgresql_where=text("sealed IS NOT NULL")),
    Index("ix_provider_notification_notification_id", "notification_id"),
    Index("ix_provider_notification_casino", "casino_id", "received_at", "id"),
    Index("ix_provider_notification_received_at", "received_at", "id"),
    Index("ix_provider_notification_outcome", "outcome", "received_at", "id"),
)

provider_attempt = Table(
    "provider_attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("payment_id", Uuid, nullable=False, comment="the deposit or withdrawal"),
    Column("idempotency_key", Text, comment="by which the provider knows a repeat; NULL: a question"),
    Column("outcome", Text, nullable=False, comment="what the answer said, as a class; asked: none was kept"),
    Column("http_status", Integer, comment="of the answer; NULL: there was none"),
    Column("code", Text, comment="the reason of the provider, where it said no"),
    Column("duration_ms", Integer, comment="NULL: no answer was kept"),
    Column("attempted_at", DateTime(timezone=True), nullable=False),
    Column("method", Text, comment="of a deposit that was routed"),
    Column("currency", Text),
    Column("provider_failed", Boolean, comment="no usable answer by its own fault; NULL: not counted"),
    Index("ix_provider_attempt_casino", "casino_id", "attempted_at", "id"),
    Index("ix_provider_attempt_attempted_at", "attempted_at", "id"),
    Index("ix_provider_attempt_payment", "payment_id", "attempted_at", "id"),
    Index("ix_provider_attempt_idempotency_key", "idempotency_key"),
    Index("ix_provider_attempt_outcome", "outcome", "attempted_at", "id"),
    Index(
        "ix_provider_attempt_breaker",
        "casino_id",
        "provider",
        "method",
        "currency",
        "attempted_at",
        postgresql_where=text("provider_failed IS NOT NULL"),
    ),
    comment="calls out to providers, and how they went",
)

payment_id = Table(
    "payment_id",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False, comment="whose it is; 'several': of more than one, before this was kept"),
    Column("player_id", Uuid, comment="of a page that was opened for him; else NULL"),
    Column("open_until", DateTime(timezone=True), comment="until when he may ask for the withdrawal there"),
    Index("ix_payment_id_page", "player_id", "open_until", postgresql_where=text("player_id IS NOT NULL")),
)

restriction_beat = Table(
    "restriction_beat",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    comment="the youngest sign of life heard on each partition of the players' topic",
)

"""Tables of routing."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from payments.application.schema import metadata

routing_strategy = Table(
    "routing_strategy",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("direction", Text, nullable=False, server_default="deposit"),
    Column("version", Integer, nullable=False),
    Column("strategy", JSONB, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("approved_by", Text),
    Column("published_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("casino_id", "direction", "version"),
    comment="every version; the highest of a casino and direction is in force",
)

routing_decision = Table(
    "routing_decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("direction", Text, nullable=False, server_default="deposit"),
    Column("deposit_id", Uuid, comment="of a deposit"),
    Column("withdrawal_id", Uuid, comment="of a withdrawal"),
    Column("attempt", SmallInteger, comment="NULL: nobody was found"),
    Column("method", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("country", Text),
    Column("tags", JSONB, nullable=False),
    Column("new_player", Boolean, nullable=False),
    Column("strategy_version", Integer, nullable=False, comment="0: the casino had published none"),
    Column("way", Text, nullable=False),
    Column("rule", Text, comment="NULL: no rule was about it"),
    Column("explored", Boolean, nullable=False),
    Column("attempts_max", SmallInteger, nullable=False),
    Column("provider", Text, comment="who was asked; NULL: nobody was found"),
    Column("candidates", JSONB, nullable=False, comment="[{provider, place, score, fee_minor, left_out}]"),
    Column("outcome", Text, nullable=False),
    Column("code", Text, comment="the reason of the provider, where it said no; or why nobody was found"),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    UniqueConstraint("deposit_id", "attempt"),
    UniqueConstraint("withdrawal_id", "attempt"),
    CheckConstraint("num_nonnulls(deposit_id, withdrawal_id) = 1", name="of_one_payment"),
    CheckConstraint("num_nulls(attempt, provider) = CASE outcome WHEN 'none' THEN 2 ELSE 0 END", name="asked_or_none"),
    Index("ix_routing_decision_casino", "casino_id", "decided_at", "id"),
    Index("ix_routing_decision_decided_at", "decided_at", "id"),
    Index("ix_routing_decision_player", "player_id", "decided_at", "id"),
    Index("ix_routing_decision_provider", "provider", "decided_at", "id"),
    Index("ix_routing_decision_outcome", "outcome", "decided_at", "id"),
    Index("ix_routing_decision_segment", "casino_id", "provider", "method", "currency", "direction", "ended_at"),
    comment="one row per attempt that was routed, or request that nobody takes, with every candidate",
)


def _breakers(name: str, comment: str) -> Table:
    return Table(
        name,
        metadata,
        Column("casino_id", Uuid, primary_key=True),
        Column("provider", Text, primary_key=True),
        Column("method", Text, primary_key=True),
        Column("currency", Text, primary_key=True),
        Column("opened", SmallInteger, nullable=False, comment="how often in a row; 0: closed"),
        Column("open_until", DateTime(timezone=True)),
        Column("probe_until", DateTime(timezone=True), comment="somebody tries it, and has until then"),
        Column("since", DateTime(timezone=True), nullable=False, comment="earlier attempts are not counted"),
        comment=comment,
    )


provider_breaker = _breakers("provider_breaker", "providers that are not asked for deposits for a while")
payout_breaker = _breakers("payout_breaker", "providers that are not asked to pay out for a while")

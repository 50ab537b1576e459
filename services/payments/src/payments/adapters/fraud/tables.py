"""The tables of the analysis of payments. Keys of devices, addresses, instruments and payouts are fingerprints."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from payments.application.schema import metadata
from payments.domain.fraud.features import COUNTED

_MOMENT = DateTime(timezone=True)

fraud_counter = Table(
    "fraud_counter",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True, comment="of the key: player, device, ip ..."),
    Column("key", Text, primary_key=True),
    Column("grain", SmallInteger, primary_key=True, comment="0: ever, 1: ten minutes, 2: an hour, 3: a day"),
    Column("bucket", _MOMENT, primary_key=True, comment="when it begins"),
    Column("currency", Text, primary_key=True, comment="of its sums"),
    *(Column(name, BigInteger, nullable=False) for name in COUNTED),
    Index("ix_fraud_counter_bucket", "bucket", postgresql_where=text("grain > 0")),
    postgresql_with={"fillfactor": "70"},
    comment="what happened to a player, a device, an address ... in a stretch of time",
)

fraud_link = Table(
    "fraud_link",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("other", Text, primary_key=True, comment="the kind of the other end"),
    Column("other_key", Text, primary_key=True),
    Column("first_seen", _MOMENT, nullable=False),
    Column("last_seen", _MOMENT, nullable=False),
    Column(
        "proved",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="of instruments and payouts: a provider told; else the player said so, which says nothing of others",
    ),
    postgresql_with={"fillfactor": "80"},
    comment="who was seen with which device, address, instrument or payout, from either end",
)

fraud_play = Table(
    "fraud_play",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("player_id", Uuid, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("last_seq", BigInteger, nullable=False, comment="the last entry of the ledger that is in it"),
    Column("last_at", _MOMENT, nullable=False, comment="when that was posted"),
    Column("held_minor", BigInteger, nullable=False, comment="on hold after it"),
    Column("wagered_minor", BigInteger, nullable=False),
    Column("wagered_since_empty_minor", BigInteger, nullable=False),
    Column("deposited_since_empty_minor", BigInteger, nullable=False),
    Column("last_deposit_at", _MOMENT, comment="when his last deposit was posted; NULL: none since this is kept"),
    Column("first_bet_at", _MOMENT, comment="his first bet after that"),
    Column(
        "stakes_since",
        _MOMENT,
        server_default=func.now(),
        comment="since when fraud_stake has all of his bets; NULL: from the first",
    ),
    postgresql_with={"fillfactor": "70"},
    comment="what a player wagered, as far as his entries in the ledger were looked at",
)

fraud_stake = Table(
    "fraud_stake",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("player_id", Uuid, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("grain", SmallInteger, primary_key=True, comment="1: ten minutes, 2: an hour, 3: a day"),
    Column("bucket", _MOMENT, primary_key=True, comment="when it begins"),
    Column("staked_minor", BigInteger, nullable=False, comment="below 0: more was given back than staked"),
    Column("largest_bonus_bet_minor", BigInteger, comment="of the bets while he had a bonus; NULL: there were none"),
    Index("ix_fraud_stake_bucket", "bucket"),
    postgresql_with={"fillfactor": "70"},
    comment="what a player wagered in a stretch of time, less what was given back in it",
)

fraud_entry = Table(
    "fraud_entry",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("list", Text, nullable=False, comment="block or allow"),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("until", _MOMENT, comment="NULL: until somebody takes it off"),
    Column("rule", Text, comment="the rule that put it there; NULL: a person"),
    Column("player_id", Uuid, comment="because of whom"),
    Column("added_by", Text, nullable=False),
    Column("added_at", _MOMENT, nullable=False),
    Index("uq_fraud_entry_key", "casino_id", "kind", "key", "list", unique=True),
    Index("ix_fraud_entry_casino", "casino_id", "added_at", "id"),
    Index("ix_fraud_entry_added_at", "added_at", "id"),
    comment="block lists and allow lists of casinos",
)

fraud_rules = Table(
    "fraud_rules",
    metadata,
    Column("sha256", Text, primary_key=True, comment="of the content"),
    Column("content", JSONB, nullable=False),
    comment="rules by their fingerprint; what was in force once stays",
)

fraud_rule_set = Table(
    "fraud_rule_set",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", _MOMENT, nullable=False),
    ForeignKeyConstraint(["sha256"], ["fraud_rules.sha256"], name="fk_fraud_rule_set_sha256_fraud_rules"),
    comment="which rules were in force at a casino; the greatest version is",
)

fraud_rule_draft = Table(
    "fraud_rule_draft",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("content", JSONB, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("edited_by", Text, nullable=False),
    Column("edited_at", _MOMENT, nullable=False),
    comment="the rules a casino works on, one draft each",
)

fraud_rule = Table(
    "fraud_rule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("rule", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("mode", Text, nullable=False, comment="as it was published"),
    Column("typology", Text),
    Column("score", Integer, nullable=False),
    Column("switched_off", Boolean, nullable=False, server_default=text("false")),
    Column("switched_by", Text),
    Column("off_until", _MOMENT, comment="when it counts again by itself; NULL: when somebody lets it"),
    Column("switched_at", _MOMENT),
    Column("published_at", _MOMENT, nullable=False),
    Index("uq_fraud_rule_casino", "casino_id", "rule", unique=True),
    Index("ix_fraud_rule_published_at", "published_at", "id"),
    comment="the rules in force, one row each, with the switch that stops one at once",
)

fraud_decision = Table(
    "fraud_decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("payment_id", Uuid, nullable=False, comment="the deposit or withdrawal"),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("shadow_action", Text, nullable=False, comment="what it would be if rules in shadow counted"),
    Column("rules", JSONB, nullable=False, comment="the live rules that held"),
    Column("shadow_rules", JSONB, nullable=False, comment="the rules in shadow that held"),
    Column("scores", JSONB, nullable=False, comment="by typology"),
    Column("overridden", Boolean, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("rules_sha256", Text, nullable=False),
    Column("switched_off", JSONB, nullable=False, comment="rules that were switched off then"),
    Column("features", JSONB, nullable=False, comment="every value that was known"),
    Column("keys", JSONB, nullable=False, comment="by kind: what was counted for"),
    Column("proof", Text, comment="of the payer, where it was wanted: asked, missing or refused"),
    Column("case_id", Uuid),
    Column("decided_at", _MOMENT, nullable=False),
    Column(
        "looks",
        JSONB,
        nullable=False,
        server_default=text("'[]'"),
        comment="what was found when the instrument of a deposit became known, in order",
    ),
    Column(
        "seen",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="values that were known when it was looked at again, as they were last",
    ),
    ForeignKeyConstraint(["rules_sha256"], ["fraud_rules.sha256"], name="fk_fraud_decision_rules_sha256_fraud_rules"),
    Index("uq_fraud_decision_payment", "payment_id", "trigger", unique=True),
    Index("ix_fraud_decision_casino", "casino_id", "decided_at", "id"),
    Index("ix_fraud_decision_player", "player_id", "decided_at", "id"),
    Index("ix_fraud_decision_decided_at", "decided_at", "id"),
    Index("ix_fraud_decision_action", "action", "decided_at", "id"),
    Index("ix_fraud_decision_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    comment="what was decided about each payment, with all it was decided by",
)

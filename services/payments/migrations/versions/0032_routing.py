"""Deposits are routed: strategies, a log of decisions, breakers, and what accounts at providers offer."""

from alembic import op

revision = "0032"
down_revision = "0031"

_STATEMENTS = (
    "ALTER TABLE provider_setting ADD COLUMN methods jsonb NOT NULL DEFAULT '{}'",
    "COMMENT ON COLUMN provider_setting.methods IS 'method -> {countries, fee_bps, fee_fixed_minor, details}'",
    "ALTER TABLE provider_attempt ADD COLUMN method text",
    "ALTER TABLE provider_attempt ADD COLUMN currency text",
    "ALTER TABLE provider_attempt ADD COLUMN provider_failed boolean",
    "COMMENT ON COLUMN provider_attempt.method IS 'of a deposit that was routed'",
    "COMMENT ON COLUMN provider_attempt.provider_failed IS 'no usable answer by its own fault; NULL: not counted'",
    """
    CREATE INDEX ix_provider_attempt_breaker ON provider_attempt
        (casino_id, provider, method, currency, attempted_at) WHERE provider_failed IS NOT NULL
    """,
    "ALTER TABLE rm_player_standing ADD COLUMN country text",
    "ALTER TABLE rm_player_standing ADD COLUMN tags jsonb NOT NULL DEFAULT '[]'",
    "COMMENT ON COLUMN rm_player_standing.country IS 'NULL until the registration is heard of, or from before'",
    """
    CREATE TABLE routing_strategy (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        version integer NOT NULL,
        strategy jsonb NOT NULL,
        proposed_by text NOT NULL,
        approved_by text,
        published_at timestamptz NOT NULL,
        CONSTRAINT pk_routing_strategy PRIMARY KEY (id),
        CONSTRAINT uq_routing_strategy_casino_id_version UNIQUE (casino_id, version)
    )
    """,
    "COMMENT ON TABLE routing_strategy IS 'every version; the highest of a casino is in force'",
    """
    CREATE TABLE routing_decision (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        deposit_id uuid NOT NULL,
        attempt smallint NOT NULL,
        method text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL,
        country text,
        tags jsonb NOT NULL,
        new_player boolean NOT NULL,
        strategy_version integer NOT NULL,
        way text NOT NULL,
        rule text,
        explored boolean NOT NULL,
        attempts_max smallint NOT NULL,
        provider text NOT NULL,
        candidates jsonb NOT NULL,
        outcome text NOT NULL,
        code text,
        decided_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT pk_routing_decision PRIMARY KEY (id),
        CONSTRAINT uq_routing_decision_deposit_id_attempt UNIQUE (deposit_id, attempt)
    )
    """,
    "COMMENT ON TABLE routing_decision IS 'one row per attempt that was routed, with every candidate'",
    "COMMENT ON COLUMN routing_decision.strategy_version IS '0: the casino had published none'",
    "COMMENT ON COLUMN routing_decision.rule IS 'NULL: no rule was about it'",
    "COMMENT ON COLUMN routing_decision.provider IS 'who was asked'",
    "COMMENT ON COLUMN routing_decision.candidates IS '[{provider, place, score, fee_minor, left_out}]'",
    "COMMENT ON COLUMN routing_decision.code IS 'the reason of the provider, where it said no'",
    "CREATE INDEX ix_routing_decision_casino ON routing_decision (casino_id, decided_at, id)",
    "CREATE INDEX ix_routing_decision_decided_at ON routing_decision (decided_at, id)",
    "CREATE INDEX ix_routing_decision_player ON routing_decision (player_id, decided_at, id)",
    "CREATE INDEX ix_routing_decision_provider ON routing_decision (provider, decided_at, id)",
    "CREATE INDEX ix_routing_decision_outcome ON routing_decision (outcome, decided_at, id)",
    """
    CREATE INDEX ix_routing_decision_segment ON routing_decision (casino_id, provider, method, currency, ended_at)
    """,
    """
    CREATE TABLE provider_breaker (
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        method text NOT NULL,
        currency text NOT NULL,
        opened smallint NOT NULL,
        open_until timestamptz,
        probe_until timestamptz,
        since timestamptz NOT NULL,
        CONSTRAINT pk_provider_breaker PRIMARY KEY (casino_id, provider, method, currency)
    )
    """,
    "COMMENT ON TABLE provider_breaker IS 'providers that are not asked for a while'",
    "COMMENT ON COLUMN provider_breaker.opened IS 'how often in a row; 0: closed'",
    "COMMENT ON COLUMN provider_breaker.probe_until IS 'somebody tries it, and has until then'",
    "COMMENT ON COLUMN provider_breaker.since IS 'earlier attempts are not counted'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

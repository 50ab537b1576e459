"""Withdrawals are routed: strategies, decisions and breakers of their own, and the method on the withdrawal."""

from alembic import op

revision = "0070"
down_revision = "0069"

_STATEMENTS = (
    "ALTER TABLE rm_withdrawal_list ADD COLUMN method text",
    "COMMENT ON COLUMN rm_withdrawal_list.method IS 'by which the provider was chosen; NULL: the player named it'",
    "ALTER TABLE routing_strategy ADD COLUMN direction text NOT NULL DEFAULT 'deposit'",
    "ALTER TABLE routing_strategy DROP CONSTRAINT uq_routing_strategy_casino_id_version",
    """
    ALTER TABLE routing_strategy
        ADD CONSTRAINT uq_routing_strategy_casino_id_direction_version UNIQUE (casino_id, direction, version)
    """,
    """
    COMMENT ON TABLE routing_strategy IS 'every version; the highest of a casino and direction is in force'
    """,
    "ALTER TABLE routing_decision ADD COLUMN direction text NOT NULL DEFAULT 'deposit'",
    "ALTER TABLE routing_decision ADD COLUMN withdrawal_id uuid",
    "ALTER TABLE routing_decision ALTER COLUMN deposit_id DROP NOT NULL",
    "COMMENT ON COLUMN routing_decision.deposit_id IS 'of a deposit'",
    "COMMENT ON COLUMN routing_decision.withdrawal_id IS 'of a withdrawal'",
    """
    ALTER TABLE routing_decision ADD CONSTRAINT ck_routing_decision_of_one_payment
        CHECK (num_nonnulls(deposit_id, withdrawal_id) = 1) NOT VALID
    """,
    "ALTER TABLE routing_decision VALIDATE CONSTRAINT ck_routing_decision_of_one_payment",
    """
    ALTER TABLE routing_decision
        ADD CONSTRAINT uq_routing_decision_withdrawal_id_attempt UNIQUE (withdrawal_id, attempt)
    """,
    "DROP INDEX ix_routing_decision_segment",
    """
    CREATE INDEX ix_routing_decision_segment ON routing_decision
        (casino_id, provider, method, currency, direction, ended_at)
    """,
    """
    CREATE TABLE payout_breaker (
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        method text NOT NULL,
        currency text NOT NULL,
        opened smallint NOT NULL,
        open_until timestamptz,
        probe_until timestamptz,
        since timestamptz NOT NULL,
        CONSTRAINT pk_payout_breaker PRIMARY KEY (casino_id, provider, method, currency)
    )
    """,
    "COMMENT ON TABLE payout_breaker IS 'providers that are not asked to pay out for a while'",
    "COMMENT ON COLUMN payout_breaker.opened IS 'how often in a row; 0: closed'",
    "COMMENT ON COLUMN payout_breaker.probe_until IS 'somebody tries it, and has until then'",
    "COMMENT ON COLUMN payout_breaker.since IS 'earlier attempts are not counted'",
    "COMMENT ON TABLE provider_breaker IS 'providers that are not asked for deposits for a while'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

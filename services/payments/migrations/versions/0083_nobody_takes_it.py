"""A decision is kept of a request that nobody takes: then there is no attempt, and no provider."""

from alembic import op

revision = "0083"
down_revision = "0082"

_STATEMENTS = (
    "ALTER TABLE routing_decision ALTER COLUMN attempt DROP NOT NULL",
    "ALTER TABLE routing_decision ALTER COLUMN provider DROP NOT NULL",
    "COMMENT ON COLUMN routing_decision.attempt IS 'NULL: nobody was found'",
    "COMMENT ON COLUMN routing_decision.provider IS 'who was asked; NULL: nobody was found'",
    """
    COMMENT ON COLUMN routing_decision.code IS
        'the reason of the provider, where it said no; or why nobody was found'
    """,
    """
    COMMENT ON TABLE routing_decision IS
        'one row per attempt that was routed, or request that nobody takes, with every candidate'
    """,
    """
    ALTER TABLE routing_decision ADD CONSTRAINT ck_routing_decision_asked_or_none
        CHECK (num_nulls(attempt, provider) = CASE outcome WHEN 'none' THEN 2 ELSE 0 END) NOT VALID
    """,
    "ALTER TABLE routing_decision VALIDATE CONSTRAINT ck_routing_decision_asked_or_none",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

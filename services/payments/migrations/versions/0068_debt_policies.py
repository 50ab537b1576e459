"""Each casino says what a chargeback stops that leaves its player in debt."""

from alembic import op

revision = "0068"
down_revision = "0065"

_STATEMENTS = (
    """
    CREATE TABLE debt_policy (
        casino_id uuid NOT NULL,
        stops text NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_debt_policy PRIMARY KEY (casino_id),
        CONSTRAINT ck_debt_policy_stops CHECK (stops IN ('nothing', 'bets_and_deposits'))
    )
    """,
    """
    COMMENT ON COLUMN debt_policy.stops IS
        'what a chargeback stops that leaves a debt; without a row: bets_and_deposits'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

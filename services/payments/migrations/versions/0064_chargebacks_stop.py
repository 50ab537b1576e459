"""Whoever owes for a chargeback neither pays in nor bets, those who owe for one now among them."""

from alembic import op

revision = "0064"
down_revision = "0063"

_STATEMENTS = (
    "ALTER TABLE account ADD COLUMN debt_stops boolean NOT NULL DEFAULT false",
    """
    COMMENT ON COLUMN account.debt_stops IS 'what is owed here is for a chargeback, and nobody let its player go on'
    """,
    """
    UPDATE account SET bets_blocked = true, deposits_blocked = true,
        debt_stops = (type = 'chargeback_receivable' AND balance_minor < 0)
    WHERE player_id IN (
        SELECT player_id FROM account WHERE type = 'chargeback_receivable' AND balance_minor < 0
        INTERSECT SELECT player_id FROM rm_dispute_list WHERE taken)
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""The oldest movement and the oldest batch of each clearing account are looked up, and not sought among all; what is
kept whole of notifications that people are done with is found by when they were. Open lines of banks, which are of no
clearing account, are found by themselves.
"""

from alembic import op

revision = "0082"
down_revision = "0081"

_STATEMENTS = (
    """
    CREATE INDEX ix_settlement_expectation_oldest
    ON settlement_expectation (casino_id, provider, currency, booked_at)
    WHERE state IN ('open', 'missing_at_provider', 'mismatched')
    """,
    "DROP INDEX ix_settlement_batch_open",
    """
    CREATE INDEX ix_settlement_batch_open
    ON settlement_batch (casino_id, provider, currency, booked_at)
    WHERE state IN ('open', 'mismatched')
    """,
    "DROP INDEX ix_settlement_item_open",
    """
    CREATE INDEX ix_settlement_item_open
    ON settlement_item (casino_id, provider, currency, booked_at)
    WHERE state IN ('mismatched', 'missing_in_ledger') AND difference <> 'fee' AND provider IS NOT NULL
    """,
    """
    CREATE INDEX ix_settlement_item_open_at_bank
    ON settlement_item (casino_id)
    WHERE state IN ('mismatched', 'missing_in_ledger') AND provider IS NULL
    """,
    """
    CREATE INDEX ix_provider_notification_whole ON provider_notification (closed_at) WHERE sealed IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

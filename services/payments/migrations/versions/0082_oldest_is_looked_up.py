"""The oldest movement and the oldest batch of each clearing account are looked up, and not sought among all; what is
kept whole of notifications that people are done with is found by when they were. Open lines of banks, which are of no
clearing account, are found by themselves.
"""

from chassis.db.migrations import change_indexes

revision = "0082"
down_revision = "0081"

_BUILD = (
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_settlement_expectation_oldest
    ON settlement_expectation (casino_id, provider, currency, booked_at)
    WHERE state IN ('open', 'missing_at_provider', 'mismatched')
    """,
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_settlement_batch_oldest
    ON settlement_batch (casino_id, provider, currency, booked_at)
    WHERE state IN ('open', 'mismatched')
    """,
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_settlement_item_oldest
    ON settlement_item (casino_id, provider, currency, booked_at)
    WHERE state IN ('mismatched', 'missing_in_ledger') AND difference <> 'fee' AND provider IS NOT NULL
    """,
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_settlement_item_open_at_bank
    ON settlement_item (casino_id)
    WHERE state IN ('mismatched', 'missing_in_ledger') AND provider IS NULL
    """,
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_provider_notification_whole
    ON provider_notification (closed_at) WHERE sealed IS NOT NULL
    """,
)


def upgrade() -> None:
    change_indexes(build=_BUILD, drop=("ix_settlement_batch_open", "ix_settlement_item_open"))

"""The bytes of a file that was replaced may be brought again: they are those of no file that counts.

Two kinds of rows nobody came back to are mended: movements whose lines were ignored, or matched with others, stayed
mismatched and were no breaks; batches that a line of a replaced bank's statement had named stayed mismatched by it.
"""

from alembic import op

from chassis.db.migrations import change_indexes

revision = "0086"
down_revision = "0085"

_ONCE = """
    CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS uq_settlement_file_sha256 ON settlement_file (casino_id, sha256)
    WHERE state <> 'replaced'
"""
_STATEMENTS = (
    "ALTER TABLE settlement_file DROP CONSTRAINT uq_settlement_file_casino_id_sha256",
    """
    UPDATE settlement_expectation AS movement
    SET state = CASE WHEN due_at < now() THEN 'missing_at_provider' ELSE 'open' END, item_id = NULL
    WHERE state = 'mismatched' AND NOT EXISTS (
        SELECT FROM settlement_item AS line
        WHERE line.reference_id = movement.reference_id AND line.movement = movement.movement
          AND line.casino_id = movement.casino_id AND line.provider = movement.provider
          AND line.state = 'mismatched' AND line.difference <> 'fee')
    """,
    """
    UPDATE settlement_batch AS one
    SET bank_item_id = NULL, state = CASE WHEN lines > 1 AND arrives_minor <> (
            SELECT coalesce(sum(amount_minor - fee_minor), 0) FROM settlement_item
            WHERE file_id = one.file_id AND currency = one.currency AND final AND movement <> 'settlement'
              AND coalesce(batch, '') = one.name
        ) THEN 'mismatched' ELSE 'open' END
    FROM settlement_item AS named
    WHERE one.state = 'mismatched' AND named.id = one.bank_item_id AND named.state = 'replaced'
    """,
)


def upgrade() -> None:
    change_indexes(build=[_ONCE])
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

"""What a provider told of an account is told apart from what its player only named. Of exchanges it is known when
they were recorded; of pages on which players ask for withdrawals, whose they are and how long they are open.

Proved is what a deposit was credited by, and the place of a withdrawal that was paid.
"""

from alembic import op

from chassis.db.migrations import change_indexes

revision = "0091"
down_revision = "0090"

_FIND = """
    CREATE TEMPORARY TABLE proved_link ON COMMIT DROP AS
    SELECT DISTINCT decided.casino_id, decided.player_id::text AS player, place.kind, decided.keys ->> place.kind AS key
    FROM (VALUES ('deposit', 'instrument'), ('withdrawal', 'payout')) AS place(payment, kind)
    JOIN fraud_decision AS decided ON decided.trigger = place.payment AND decided.keys ? place.kind
    LEFT JOIN rm_deposit_list AS deposit ON deposit.id = decided.payment_id AND place.payment = 'deposit'
    LEFT JOIN rm_withdrawal_list AS payout ON payout.id = decided.payment_id AND place.payment = 'withdrawal'
    WHERE deposit.status IN ('succeeded', 'partially_reversed', 'reversed')
        OR (payout.status = 'paid' AND payout.paid_minor IS NULL)
        OR EXISTS (
            SELECT FROM rm_withdrawal_list AS part
            WHERE part.parent_id = payout.id AND part.instrument_id = payout.instrument_id AND part.status = 'paid'
        )
"""
_STATEMENTS = (
    "ALTER TABLE ledger_exchange ADD COLUMN recorded_at timestamptz",
    "ALTER TABLE ledger_exchange ALTER COLUMN recorded_at SET DEFAULT clock_timestamp()",
    "COMMENT ON COLUMN ledger_exchange.recorded_at IS 'NULL: when it was exchanged'",
    "ALTER TABLE payment_id ADD COLUMN player_id uuid",
    "ALTER TABLE payment_id ADD COLUMN open_until timestamptz",
    "COMMENT ON COLUMN payment_id.player_id IS 'of a page that was opened for him; else NULL'",
    "COMMENT ON COLUMN payment_id.open_until IS 'until when he may ask for the withdrawal there'",
    "ALTER TABLE fraud_link ADD COLUMN proved boolean DEFAULT false NOT NULL",
    """
    COMMENT ON COLUMN fraud_link.proved IS
    'of instruments and payouts: a provider told; else the player said so, which says nothing of others'
    """,
    _FIND,
    """
    UPDATE fraud_link AS l SET proved = true FROM proved_link AS his
    WHERE l.casino_id = his.casino_id AND l.kind = 'player' AND l.key = his.player
        AND l.other = his.kind AND l.other_key = his.key
    """,
    """
    UPDATE fraud_link AS l SET proved = true FROM proved_link AS his
    WHERE l.casino_id = his.casino_id AND l.kind = his.kind AND l.key = his.key
        AND l.other = 'player' AND l.other_key = his.player
    """,
)


_BUILD = (
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_payment_id_page
    ON payment_id (player_id, open_until) WHERE player_id IS NOT NULL
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)
    change_indexes(build=_BUILD)

"""What we refund speaks against nobody; bonuses are counted; when a player began to play is known.

Two figures kept by the code before are set right:

* What is on hold for a refund was not in `fraud_play.held_minor` once, and was taken off it later: a player with a
  refund under way at that moment was never without money again. It is summed anew from the ledger, for those who ever
  had a refund. A row that is written meanwhile keeps what is added to it.
* Refunds of ours were counted as reversals. They are taken off the counters without end, which the rules look at; the
  others go by themselves within 32 days.
"""

from alembic import op

revision = "0048"
down_revision = "0047"

_COLUMNS = (
    # The code now deployed counts on without it: the default stays.
    "ALTER TABLE fraud_counter ADD COLUMN bonuses bigint NOT NULL DEFAULT 0",
    "ALTER TABLE fraud_play ADD COLUMN last_deposit_at timestamptz",
    "ALTER TABLE fraud_play ADD COLUMN first_bet_at timestamptz",
    "COMMENT ON COLUMN fraud_play.last_deposit_at IS 'when his last deposit was posted; NULL: none since this is kept'",
    "COMMENT ON COLUMN fraud_play.first_bet_at IS 'his first bet after that'",
)

HELD = """
    UPDATE fraud_play AS p SET held_minor = p.held_minor + found.held - found.was
    FROM (
        SELECT p.casino_id, p.player_id, p.currency, p.held_minor AS was, coalesce(sum(
            CASE WHEN t.kind IN ('withdrawal_hold', 'refund_hold', 'refund_owed') THEN t.amount_minor
                ELSE -t.amount_minor END), 0)::bigint AS held
        FROM fraud_play AS p
        JOIN account AS a ON a.player_id = p.player_id AND a.casino_id = p.casino_id AND a.currency = p.currency
            AND a.type = 'refund_hold'
        LEFT JOIN transfer AS t ON t.player_id = p.player_id AND t.casino_id = p.casino_id AND t.currency = p.currency
            AND t.seq <= p.last_seq AND t.kind IN ('withdrawal_hold', 'withdrawal_release', 'withdrawal_paid',
                'refund_hold', 'refund_owed', 'refund_release', 'refund_paid')
        GROUP BY p.casino_id, p.player_id, p.currency
    ) AS found
    WHERE found.held <> found.was
        AND p.casino_id = found.casino_id AND p.player_id = found.player_id AND p.currency = found.currency"""

REFUNDS = """
    UPDATE fraud_counter AS c SET reversals = greatest(c.reversals - ours.refunds, 0),
        reversed_minor = greatest(c.reversed_minor - ours.minor, 0)
    FROM (
        SELECT r.casino_id, r.currency, k.key AS kind, k.value AS key, count(*) AS refunds,
            sum(r.amount_minor)::bigint AS minor
        FROM rm_refund_list AS r
        LEFT JOIN fraud_decision AS d ON d.payment_id = r.deposit_id AND d.trigger = 'deposit'
        CROSS JOIN LATERAL jsonb_each_text(
            coalesce(d.keys, '{}') || jsonb_build_object('player', r.player_id::text)) AS k
        WHERE r.status = 'succeeded' GROUP BY r.casino_id, r.currency, k.key, k.value
    ) AS ours
    WHERE c.grain = 0 AND c.casino_id = ours.casino_id AND c.currency = ours.currency AND c.kind = ours.kind
        AND c.key = ours.key"""


def upgrade() -> None:
    for statement in (*_COLUMNS, HELD, REFUNDS):
        op.execute(statement)

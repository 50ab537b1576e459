"""Players may pay a fee: it is kept beside the deposit, the refund that gives it back, and the withdrawal."""

from alembic import op

revision = "0062"
down_revision = "0061"

_COLUMNS = {
    "rm_deposit_list": "what the player pays for it",
    "rm_capture": "paid by the player and not given back since",
    "rm_refund_list": "of the deposit, given back with it",
    "rm_withdrawal_list": "what the player pays for it, on hold beside it",
}

# As it was, and what a player paid for a withdrawal leaves its hold as well.
_TAKE_AWAY = r"""
    CREATE OR REPLACE FUNCTION ledger_take_away(wanted date) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        first date := date_trunc('month', wanted);
        name text := 'transfer_' || to_char(first, 'YYYY_MM');
        starts timestamptz := first::timestamp AT TIME ZONE 'UTC';
        ends timestamptz := (first + interval '1 month') AT TIME ZONE 'UTC';
        entries bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger_month', 0));
        IF NOT EXISTS (
            SELECT FROM pg_partition_tree('transfer') WHERE relid = to_regclass('ledger_months.' || name)) THEN
            RAISE EXCEPTION '% is not there', name;
        ELSIF ends > (SELECT since FROM ledger_open) THEN
            RAISE EXCEPTION '% is still open', name;
        ELSIF EXISTS (SELECT FROM transfer WHERE posted_at < starts) THEN
            RAISE EXCEPTION 'older months than % go first', name;
        ELSIF EXISTS (SELECT FROM transfer WHERE posted_at < ends AND (posted_at, seq) > coalesce(
            (SELECT (until_at, until_seq) FROM ledger_seal ORDER BY number DESC LIMIT 1), (starts, 0::bigint))) THEN
            RAISE EXCEPTION '% is not sealed to its end', name;
        END IF;
        INSERT INTO ledger_carried (month, account_id, sum_minor, last_seq)
        SELECT first, account_id, sum(delta), max(seq) FROM (
            SELECT seq, debit_account AS account_id, -amount_minor AS delta FROM transfer WHERE posted_at < ends
            UNION ALL
            SELECT seq, credit_account, amount_minor FROM transfer WHERE posted_at < ends) AS legs
        GROUP BY account_id ON CONFLICT DO NOTHING;
        INSERT INTO ledger_carried_withdrawal (month, reference_id, wallet_id, open_minor)
        SELECT first, reference_id, min(wallet_id),
            sum(CASE kind WHEN 'withdrawal_hold' THEN amount_minor ELSE -amount_minor END) AS open FROM transfer
        WHERE posted_at < ends
            AND kind IN ('withdrawal_hold', 'withdrawal_release', 'withdrawal_paid', 'withdrawal_fee')
        GROUP BY reference_id
        HAVING sum(CASE kind WHEN 'withdrawal_hold' THEN amount_minor ELSE -amount_minor END) <> 0
        ON CONFLICT DO NOTHING;
        SELECT count(*) INTO entries FROM transfer WHERE posted_at < ends;
        INSERT INTO ledger_away (month, entries) VALUES (first, entries) ON CONFLICT DO NOTHING;
        EXECUTE format('ALTER TABLE transfer DETACH PARTITION ledger_months.%I', name);
        RETURN entries;
    END $$
"""


def upgrade() -> None:
    for table, comment in _COLUMNS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN fee_minor bigint NOT NULL DEFAULT 0")
        op.execute(f"COMMENT ON COLUMN {table}.fee_minor IS '{comment}'")
    op.execute("ALTER TABLE rm_capture ADD CONSTRAINT ck_rm_capture_fee_given_back_once CHECK (fee_minor >= 0)")
    op.execute(_TAKE_AWAY)

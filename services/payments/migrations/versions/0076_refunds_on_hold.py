"""Months that are taken away carry open refunds forward, as they do open withdrawals."""

from alembic import op

revision = "0076"
down_revision = "0075"

# As it was, for refunds too.
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
            sum(CASE WHEN kind IN ('withdrawal_hold', 'refund_hold', 'refund_owed') THEN amount_minor
                     ELSE -amount_minor END) AS open FROM transfer
        WHERE posted_at < ends
            AND kind IN ('withdrawal_hold', 'withdrawal_release', 'withdrawal_paid', 'withdrawal_fee',
                         'refund_hold', 'refund_owed', 'refund_release', 'refund_paid')
        GROUP BY reference_id
        HAVING sum(CASE WHEN kind IN ('withdrawal_hold', 'refund_hold', 'refund_owed') THEN amount_minor
                        ELSE -amount_minor END) <> 0
        ON CONFLICT DO NOTHING;
        SELECT count(*) INTO entries FROM transfer WHERE posted_at < ends;
        INSERT INTO ledger_away (month, entries) VALUES (first, entries) ON CONFLICT DO NOTHING;
        EXECUTE format('ALTER TABLE transfer DETACH PARTITION ledger_months.%I', name);
        RETURN entries;
    END $$
"""


def upgrade() -> None:
    op.execute(_TAKE_AWAY)
    op.execute(
        "COMMENT ON TABLE ledger_carried_withdrawal IS "
        "'withdrawals and refunds that a month that was taken away did not hold and end alike'"
    )

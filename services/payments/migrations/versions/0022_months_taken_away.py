"""A month of the ledger is taken away by a function that keeps what it carries forward."""

from alembic import op

revision = "0022"
down_revision = "0021"

_TABLES = (
    """
    CREATE TABLE ledger_away (
        month date NOT NULL,
        entries bigint NOT NULL,
        taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_ledger_away PRIMARY KEY (month)
    )
    """,
    """
    CREATE TABLE ledger_carried (
        month date NOT NULL,
        account_id bigint NOT NULL,
        sum_minor bigint NOT NULL,
        last_seq bigint NOT NULL,
        CONSTRAINT pk_ledger_carried PRIMARY KEY (month, account_id)
    )
    """,
    """
    CREATE TABLE ledger_carried_withdrawal (
        month date NOT NULL,
        reference_id uuid NOT NULL,
        wallet_id bigint,
        open_minor bigint NOT NULL,
        CONSTRAINT pk_ledger_carried_withdrawal PRIMARY KEY (month, reference_id)
    )
    """,
)

_KEPT = ("ledger_away", "ledger_carried", "ledger_carried_withdrawal")

_TAKE_AWAY = r"""
    CREATE FUNCTION ledger_take_away(wanted date) RETURNS bigint LANGUAGE plpgsql AS $$
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
        WHERE posted_at < ends AND kind IN ('withdrawal_hold', 'withdrawal_release', 'withdrawal_paid')
        GROUP BY reference_id
        HAVING sum(CASE kind WHEN 'withdrawal_hold' THEN amount_minor ELSE -amount_minor END) <> 0
        ON CONFLICT DO NOTHING;
        SELECT count(*) INTO entries FROM transfer WHERE posted_at < ends;
        INSERT INTO ledger_away (month, entries) VALUES (first, entries) ON CONFLICT DO NOTHING;
        EXECUTE format('ALTER TABLE transfer DETACH PARTITION ledger_months.%I', name);
        RETURN entries;
    END $$
"""

_AWAY = r"""
    CREATE VIEW ledger_away_now AS SELECT month FROM ledger_away WHERE NOT EXISTS (
        SELECT FROM pg_partition_tree('transfer')
        WHERE relid = to_regclass('ledger_months.transfer_' || to_char(month, 'YYYY_MM')))
"""

_COMMENTS = {
    "TABLE ledger_away": "months whose table was taken away, to be kept elsewhere",
    "TABLE ledger_carried": "what a month that was taken away did to each account",
    "COLUMN ledger_carried.last_seq": "of the last entry in that month",
    "TABLE ledger_carried_withdrawal": "withdrawals that a month that was taken away did not hold and end alike",
    "COLUMN ledger_carried_withdrawal.open_minor": "held less released and paid, in that month",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (*_TABLES, _TAKE_AWAY, _AWAY):
        op.execute(statement)
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER")
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")

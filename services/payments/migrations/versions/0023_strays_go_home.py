"""Entries that belonged to no month move into theirs when it is made."""

from alembic import op

revision = "0023"
down_revision = "0022"

_MONTH = r"""
    CREATE OR REPLACE FUNCTION ledger_month(wanted date) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
        first date := date_trunc('month', wanted);
        name text := 'transfer_' || to_char(first, 'YYYY_MM');
        starts text := to_char(first, 'YYYY-MM-DD') || ' 00:00:00+00';
        ends text := to_char(first + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
        strays boolean;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger_month', 0));
        IF to_regclass('ledger_months.' || name) IS NOT NULL
            OR EXISTS (SELECT FROM ledger_away WHERE month = first) THEN
            RETURN false;
        END IF;
        -- Made apart and then attached: postings go on meanwhile.
        EXECUTE format('CREATE TABLE ledger_months.%I (LIKE transfer INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        strays := EXISTS (SELECT FROM ledger_months.transfer_other
            WHERE posted_at >= starts::timestamptz AND posted_at < ends::timestamptz);
        IF strays THEN
            ALTER TABLE transfer DETACH PARTITION ledger_months.transfer_other;
            EXECUTE format('INSERT INTO ledger_months.%I SELECT * FROM ledger_months.transfer_other
                WHERE posted_at >= %L AND posted_at < %L', name, starts, ends);
            GRANT DELETE ON ledger_months.transfer_other TO CURRENT_USER;
            DELETE FROM ledger_months.transfer_other
            WHERE posted_at >= starts::timestamptz AND posted_at < ends::timestamptz;
            REVOKE DELETE ON ledger_months.transfer_other FROM CURRENT_USER;
        END IF;
        PERFORM ledger_leaf(name);
        EXECUTE format('ALTER TABLE transfer ATTACH PARTITION ledger_months.%I FOR VALUES FROM (%L) TO (%L)',
            name, starts, ends);
        IF strays THEN
            ALTER TABLE transfer ATTACH PARTITION ledger_months.transfer_other DEFAULT;
        END IF;
        RETURN true;
    END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_MONTH)

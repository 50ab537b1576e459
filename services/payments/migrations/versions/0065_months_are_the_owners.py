"""Months are made by the service in its owner's name, and belong to him: whoever serves may not rewrite them."""

from alembic import op

revision = "0065"
down_revision = "0064"

_LEAF = r"""
    CREATE OR REPLACE FUNCTION ledger_leaf(name text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        who oid;
    BEGIN
        EXECUTE format('CREATE UNIQUE INDEX %I ON ledger_months.%I (id)', 'uq_' || name || '_id', name);
        EXECUTE format('CREATE UNIQUE INDEX %I ON ledger_months.%I (reversal_of) WHERE reversal_of IS NOT NULL',
            'uq_' || name || '_reversal_of', name);
        EXECUTE format('CREATE TRIGGER transfer_is_never_emptied BEFORE TRUNCATE ON ledger_months.%I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON ledger_months.%I FROM PUBLIC, CURRENT_USER', name);
        -- What the owner lets others do with his new tables by default is too much here.
        FOR who IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
            WHERE pg_class.oid = to_regclass(format('ledger_months.%I', name)) AND grantee NOT IN (0, relowner) LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON ledger_months.%I FROM %s', name, who::regrole);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_LEAF)
    op.execute("ALTER FUNCTION ledger_month(date) SECURITY DEFINER SET search_path = public, pg_temp")

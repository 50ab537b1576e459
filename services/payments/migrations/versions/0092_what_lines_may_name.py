"""Lines of banks are found by what they may name and by their amounts, and not looked through.

`bank_marks` gives of a text the six letters and digits with which each run of them ends, whatever parts them: a name of
a batch stands in a text only where such a run ends as the name does. They are kept in the index alone.
"""

from alembic import op

from chassis.db.migrations import change_indexes

revision = "0092"
down_revision = "0091"

_MARKS = """
    CREATE OR REPLACE FUNCTION bank_marks(said text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        run text;
        until_here text := '';
        marks text[] := '{}';
    BEGIN
        FOREACH run IN ARRAY
            string_to_array(regexp_replace(upper(said COLLATE "C"), '[^A-Z0-9]+', ' ', 'g'), ' ')
        LOOP
            until_here := right(until_here || run, 6);
            IF length(until_here) = 6 THEN
                marks := marks || until_here;
            END IF;
        END LOOP;
        RETURN marks;
    END $$
"""
_OPEN = "WHERE provider IS NULL AND state IN ('staged', 'mismatched', 'missing_in_ledger')"
_BUILD = (
    f"""
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_settlement_item_bank_marks
    ON settlement_item USING gin (bank_marks(said)) WITH (fastupdate = off) {_OPEN}
    """,
    f"""
    CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_settlement_item_bank_amount
    ON settlement_item (casino_id, currency, amount_minor) {_OPEN}
    """,
)


def upgrade() -> None:
    op.execute(_MARKS)
    change_indexes(build=_BUILD)

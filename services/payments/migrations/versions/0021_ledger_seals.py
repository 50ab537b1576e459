"""The ledger's seals."""

from alembic import op

revision = "0021"
down_revision = "0020"

_STATEMENTS = (
    """
    CREATE TABLE ledger_seal (
        number bigint NOT NULL,
        until_at timestamptz NOT NULL,
        until_seq bigint NOT NULL,
        entries integer NOT NULL,
        content bytea NOT NULL,
        chain bytea NOT NULL,
        sealed_at timestamptz NOT NULL,
        told_at timestamptz,
        CONSTRAINT pk_ledger_seal PRIMARY KEY (number)
    )
    """,
    """
    CREATE TRIGGER ledger_seal_is_append_only BEFORE UPDATE OR DELETE ON ledger_seal
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER ledger_seal_is_never_emptied BEFORE TRUNCATE ON ledger_seal
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON ledger_seal FROM PUBLIC, CURRENT_USER",
    "COMMENT ON TABLE ledger_seal IS 'blocks of entries, each with the hash of its rows and of the seal before it'",
    "COMMENT ON COLUMN ledger_seal.until_at IS 'of its last entry'",
    "COMMENT ON COLUMN ledger_seal.told_at IS 'when its chain was published; NULL: it was not'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

"""A seal says which columns of an entry it was made over, and how."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ledger_seal ADD COLUMN form smallint NOT NULL DEFAULT 1")
    op.execute("COMMENT ON COLUMN ledger_seal.form IS 'of the rows that are hashed: their columns, in order'")

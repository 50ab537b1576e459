"""What the second of two who approve a withdrawal names."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE rm_withdrawal_list ADD COLUMN payload_sha256 text")
    comment = "of the whole order; whoever is the second to approve it names it"
    op.execute(f"COMMENT ON COLUMN rm_withdrawal_list.payload_sha256 IS '{comment}'")

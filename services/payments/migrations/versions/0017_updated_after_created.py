"""What is asked to have changed before a moment was made before it too: the table guarantees what the lists rely on."""

from alembic import op

revision = "0017"
down_revision = "0016"

_MENDED = (
    "UPDATE rm_deposit_list SET updated_at = created_at WHERE updated_at < created_at",
    "UPDATE rm_withdrawal_list SET updated_at = created_at WHERE updated_at < created_at",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _MENDED:
        op.execute(statement)
    for table in ("rm_deposit_list", "rm_withdrawal_list"):
        check = f"CONSTRAINT ck_{table}_updated_after_created CHECK (updated_at >= created_at)"
        op.execute(f"ALTER TABLE {table} ADD {check}")

"""A round's last movement is never before its first: the table guarantees what its list relies on."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    check = "CONSTRAINT ck_rm_round_list_last_after_opened CHECK (last_at >= opened_at)"
    op.execute(f"ALTER TABLE rm_round_list ADD {check}")

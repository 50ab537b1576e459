"""What holds a refund stands in the list."""

from alembic import op

revision = "0088"
down_revision = "0087"

_STATEMENTS = (
    "ALTER TABLE rm_refund_list ADD COLUMN held_by text",
    "COMMENT ON COLUMN rm_refund_list.held_by IS 'why it is not sent; NULL: nothing, or a hit of the player''s'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

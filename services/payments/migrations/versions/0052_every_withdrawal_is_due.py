"""A withdrawal is due after three days where its casino did not say when."""

from alembic import op

revision = "0052"
down_revision = "0051"

_STATEMENTS = (
    """
    UPDATE rm_withdrawal_list SET due_at = created_at + interval '3 days'
    WHERE due_at IS NULL AND parent_id IS NULL
    """,
    "COMMENT ON COLUMN rm_withdrawal_list.due_at IS 'until when it should be paid; NULL: it is part of another'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

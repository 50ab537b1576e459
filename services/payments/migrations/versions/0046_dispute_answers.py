"""What is said to a provider about a dispute, and how far that has come, is seen in the list."""

from alembic import op

revision = "0046"
down_revision = "0045"

_STATEMENTS = (
    "ALTER TABLE rm_dispute_list ADD COLUMN answering text",
    "ALTER TABLE rm_dispute_list ADD COLUMN answer text",
    "ALTER TABLE rm_dispute_list ADD COLUMN answer_code text",
    """
    COMMENT ON COLUMN rm_dispute_list.answering
        IS 'what is, or was last, said to the provider: accepted or challenged'
    """,
    "COMMENT ON COLUMN rm_dispute_list.answer IS 'how far that has come'",
    "COMMENT ON COLUMN rm_dispute_list.answer_code IS 'why the provider did not take it'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""A casino's own bank accounts are terms two people set, and a file that failed says why by a code as well."""

from alembic import op

revision = "0060"
down_revision = "0057"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ADD COLUMN accounts jsonb DEFAULT '[]' NOT NULL",
    """
    COMMENT ON COLUMN settlement_terms.accounts
    IS 'the casino''s own bank accounts, capitals and digits; of the provider bank alone'
    """,
    "ALTER TABLE settlement_file ADD COLUMN why_code text",
    """
    COMMENT ON COLUMN settlement_file.why_code
    IS 'the same for programs; NULL with a text: it failed before codes were kept'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

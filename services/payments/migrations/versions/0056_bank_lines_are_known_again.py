"""Of what a bank said of a line enough stays, when it is erased, to know the same line when it comes again."""

from alembic import op

revision = "0056"
down_revision = "0055"

_STATEMENTS = (
    "ALTER TABLE settlement_item ADD COLUMN said_sha256 bytea",
    """
    COMMENT ON COLUMN settlement_item.said_sha256
    IS 'of the casino and what a bank said, once that is no longer kept'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

"""Terms say how much of our money a provider may hold; routing puts deposits beyond it to others."""

from alembic import op

revision = "0057"
down_revision = "0056"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ADD COLUMN holds_max_minor bigint",
    """
    COMMENT ON COLUMN settlement_terms.holds_max_minor
    IS 'of our money, before deposits go to others; NULL: no bound'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

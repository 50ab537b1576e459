"""A deposit in the list says by which method it was asked for, and how many providers were tried."""

from alembic import op

revision = "0028"
down_revision = "0027"

_STATEMENTS = (
    "ALTER TABLE rm_deposit_list ADD COLUMN method text",
    "ALTER TABLE rm_deposit_list ADD COLUMN attempts smallint NOT NULL DEFAULT 1",
    "COMMENT ON COLUMN rm_deposit_list.method IS 'what the player chose where he chose no provider'",
    "COMMENT ON COLUMN rm_deposit_list.attempts IS 'providers that were tried'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

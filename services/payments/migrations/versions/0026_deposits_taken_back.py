"""A deposit in the list says how much of it was taken back."""

from alembic import op

revision = "0026"
down_revision = "0025"

_STATEMENTS = (
    "ALTER TABLE rm_deposit_list ADD COLUMN reversed_minor bigint NOT NULL DEFAULT 0",
    "COMMENT ON COLUMN rm_deposit_list.reversed_minor IS 'taken back of what was credited'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

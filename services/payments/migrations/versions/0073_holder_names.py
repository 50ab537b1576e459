"""How the name of an instrument's holder goes with its player's."""

from alembic import op

revision = "0073"
down_revision = "0071"

_STATEMENTS = (
    "ALTER TABLE rm_instrument_list ADD COLUMN likeness text",
    "COMMENT ON COLUMN rm_instrument_list.likeness IS 'of its holder''s name and the player''s; NULL: not compared'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

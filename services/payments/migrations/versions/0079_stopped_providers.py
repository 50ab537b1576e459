"""A provider that one person stopped, until two switch it on again."""

from alembic import op

revision = "0079"
down_revision = "0078"

_STATEMENTS = (
    "ALTER TABLE provider_setting ADD COLUMN stopped_at timestamptz",
    "ALTER TABLE provider_setting ADD COLUMN stopped_by text",
    "ALTER TABLE provider_setting ADD COLUMN stopped_because text",
    "COMMENT ON COLUMN provider_setting.stopped_at IS 'when one person stopped it at once; NULL: nobody did'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

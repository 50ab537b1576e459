"""Secrets of an account that were replaced are heard until a moment that is set."""

from alembic import op

revision = "0044"
down_revision = "0043"

_COMMENTS = {
    "replaced": "name -> sealed value before the present one, with which the provider may still sign",
    "replaced_until": "until when; NULL: there is none",
}


def upgrade() -> None:
    op.execute("ALTER TABLE provider_setting ADD COLUMN replaced jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE provider_setting ADD COLUMN replaced_until timestamptz")
    for column, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN provider_setting.{column} IS '{comment}'")

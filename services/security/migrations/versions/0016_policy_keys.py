"""The key of policies is changed without anybody noticing: two are believed meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    now = sa.text("now()")
    op.add_column("policy_key", sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False, server_default=now))
    until = sa.Column("trusted_until", sa.DateTime(timezone=True), nullable=True, comment="null: until it is replaced")
    op.add_column("policy_key", until)

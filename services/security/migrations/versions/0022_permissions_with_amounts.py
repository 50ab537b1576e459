"""Which permissions are asked for with an amount."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    amounts: sa.Column[bool] = sa.Column(
        "amounts",
        sa.Boolean(),
        nullable=False,
        server_default="false",
        comment="asked for with one, so a ceiling limits it",
    )
    op.add_column("permission", amounts)

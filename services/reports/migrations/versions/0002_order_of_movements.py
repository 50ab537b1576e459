"""Movements keep the ledger's order."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "rm_movement",
        sa.Column(
            "sequence",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="within a wallet, the ledger's order",
        ),
    )

"""Wrong proofs at step-up are counted within the session."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    failures = sa.Column(
        "failures", sa.Integer(), nullable=False, server_default="0", comment="wrong proofs in a row, stepping up"
    )
    op.add_column("session", failures)

"""Counters of times long gone are found by when they began."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_fraud_counter_bucket ON fraud_counter (bucket) WHERE grain > 0")

"""What became of the proof that was wanted of a payer is kept and counted."""

from alembic import op

revision = "0042"
down_revision = "0041"

_STATEMENTS = (
    "ALTER TABLE fraud_decision ADD COLUMN proof text",
    "COMMENT ON COLUMN fraud_decision.proof IS 'of the payer, where it was wanted: asked, missing or refused'",
    "ALTER TABLE fraud_counter ADD COLUMN unproven bigint NOT NULL DEFAULT 0",
    "ALTER TABLE fraud_counter ALTER COLUMN unproven DROP DEFAULT",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

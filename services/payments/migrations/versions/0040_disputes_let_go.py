"""It is known whether a dispute's money is taken; what is given back, and banks' reports of fraud, are counted."""

from alembic import op

revision = "0040"
down_revision = "0039"

_COUNTERS = ("reinstatements", "reinstated_minor", "fraud_warnings")

_STATEMENTS = (
    "ALTER TABLE rm_dispute_list ADD COLUMN taken boolean NOT NULL DEFAULT false",
    "COMMENT ON COLUMN rm_dispute_list.taken IS 'its money is with the payer'",
    """
    UPDATE rm_dispute_list AS d SET taken = true FROM rm_deposit_list AS p
    WHERE p.id = d.deposit_id AND p.reversed_minor > 0 AND d.stage NOT IN ('fraud_warning', 'inquiry')
    """,
    *(f"ALTER TABLE fraud_counter ADD COLUMN {name} bigint NOT NULL DEFAULT 0" for name in _COUNTERS),
    *(f"ALTER TABLE fraud_counter ALTER COLUMN {name} DROP DEFAULT" for name in _COUNTERS),
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

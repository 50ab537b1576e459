"""How much of a batch fees may be is agreed on, or follows from the prices of payments.

What nobody chose was a tenth; where a tenth stands, nobody can tell whether it was chosen, so it is agreed on anew.
"""

from alembic import op

revision = "0069"
down_revision = "0068"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ALTER COLUMN fee_share_bps DROP NOT NULL",
    "ALTER TABLE settlement_terms ALTER COLUMN fee_share_bps DROP DEFAULT",
    "UPDATE settlement_terms SET fee_share_bps = NULL WHERE fee_share_bps = 1000",
    """
    COMMENT ON COLUMN settlement_terms.fee_share_bps IS
        'of what the payments of a batch move its fees may be so much before two people are asked, as fee_bps; '
        'NULL: the price that is agreed for a payment, or what holds without one'
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

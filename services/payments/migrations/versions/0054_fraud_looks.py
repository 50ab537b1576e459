"""A deposit is looked at again when its instrument is known; what was found is kept with its record.

Accounts that payouts go to are told apart by their numbers from now on, and not by all that a destination says of them:
what was counted of places before, and stands on lists as one, means nothing any more. It is left, as it hurts nobody.
"""

from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    # The code now deployed writes records without it: the default stays.
    op.execute("ALTER TABLE fraud_decision ADD COLUMN looks jsonb NOT NULL DEFAULT '[]'")
    op.execute(
        "COMMENT ON COLUMN fraud_decision.looks IS "
        "'what was found when the instrument of a deposit became known, in order'"
    )

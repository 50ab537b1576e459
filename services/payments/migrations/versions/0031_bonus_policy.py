"""Whether a stake is taken from cash or from the bonus first is a rule of each casino."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE bonus_policy (
            casino_id uuid NOT NULL,
            order_of_use text NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_bonus_policy PRIMARY KEY (casino_id),
            CONSTRAINT ck_bonus_policy_order_of_use CHECK (order_of_use IN ('cash_first', 'bonus_first'))
        )
        """
    )
    op.execute("COMMENT ON COLUMN bonus_policy.order_of_use IS 'cash_first or bonus_first; without a row: cash_first'")

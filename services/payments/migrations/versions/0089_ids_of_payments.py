"""An id is of one kind of payment, and what a payment is by is known for deposits and withdrawals each.

What is there already keeps its id. An id that is of more than one kind is marked: nothing is made under it any more.
"""

from alembic import op

revision = "0089"
down_revision = "0088"

TAKEN = """
    INSERT INTO payment_id (id, kind)
    SELECT id, CASE WHEN count(DISTINCT kind) > 1 THEN 'several' ELSE min(kind) END
    FROM (
        SELECT id, 'deposit' AS kind FROM rm_deposit_list
        UNION ALL SELECT id, 'withdrawal' FROM rm_withdrawal_list
        UNION ALL SELECT id, 'refund' FROM rm_refund_list
        UNION ALL SELECT id, 'adjustment' FROM rm_adjustment_list
        UNION ALL SELECT id, 'exchange' FROM ledger_exchange
        UNION ALL SELECT id, 'bonus' FROM ledger_bonus
        UNION ALL SELECT id, 'withdrawal_page' FROM task
            WHERE kind = 'payments.payout_look' AND id NOT IN (SELECT id FROM rm_withdrawal_list)
    ) AS made GROUP BY id
"""

_STATEMENTS = (
    """
    CREATE TABLE payment_id (
        id uuid NOT NULL,
        kind text NOT NULL,
        CONSTRAINT pk_payment_id PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN payment_id.kind IS 'whose it is; ''several'': of more than one, before this was kept'
    """,
    TAKEN,
    """
    ALTER TABLE rm_instrument_use
        DROP CONSTRAINT pk_rm_instrument_use,
        ADD CONSTRAINT pk_rm_instrument_use PRIMARY KEY (payment_id, direction)
    """,
    "COMMENT ON COLUMN rm_instrument_use.payment_id IS 'the deposit, or the withdrawal'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

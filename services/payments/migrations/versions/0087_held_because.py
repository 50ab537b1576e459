"""What holds a payout stands in the list; it is known which instruments their players switched off themselves."""

from alembic import op

revision = "0087"
down_revision = "0086"

_STATEMENTS = (
    "ALTER TABLE rm_withdrawal_list ADD COLUMN held_by text",
    "COMMENT ON COLUMN rm_withdrawal_list.held_by IS 'why it was approved and is not sent; NULL: nothing holds it'",
    "ALTER TABLE rm_instrument_list ADD COLUMN disabled_by_player boolean DEFAULT false NOT NULL",
    "COMMENT ON COLUMN rm_instrument_list.disabled_by_player IS 'and it was he who did it'",
    """
    UPDATE rm_instrument_list AS i SET disabled_by_player = true
    WHERE i.disabled AND i.player_id::text = (
        SELECT e.data ->> 'disabled_by' FROM event AS e
        WHERE e.stream_id = 'instrument-' || i.id AND e.type = 'payments.instrument_disabled'
        ORDER BY e.version DESC LIMIT 1
    )
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

"""Money that people move by hand is a list."""

from alembic import op

revision = "0025"
down_revision = "0024"

_STATEMENTS = (
    """
    CREATE TABLE rm_adjustment_list (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        direction text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        adjustment_class text NOT NULL,
        reference text,
        reason text,
        proposed_by text NOT NULL,
        approved_by text NOT NULL,
        transfer_id uuid NOT NULL,
        adjusted_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_adjustment_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_adjustment_list_casino ON rm_adjustment_list (casino_id, adjusted_at, id)",
    "CREATE INDEX ix_rm_adjustment_list_player ON rm_adjustment_list (player_id, adjusted_at, id)",
    "CREATE INDEX ix_rm_adjustment_list_adjusted_at ON rm_adjustment_list (adjusted_at, id)",
    "CREATE INDEX ix_rm_adjustment_list_class ON rm_adjustment_list (adjustment_class, adjusted_at, id)",
    "CREATE INDEX ix_rm_adjustment_list_reference ON rm_adjustment_list (reference)",
    "COMMENT ON COLUMN rm_adjustment_list.reference IS 'what it is about, as an outsider calls it'",
    "COMMENT ON COLUMN rm_adjustment_list.reason IS 'in the words of whoever proposed it'",
    "COMMENT ON COLUMN rm_adjustment_list.transfer_id IS 'the entry of the ledger'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

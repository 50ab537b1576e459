"""Refunds are a list, and no more is refunded of a deposit than there is."""

from alembic import op

revision = "0030"
down_revision = "0029"

_STATEMENTS = (
    """
    CREATE TABLE rm_refund_list (
        id uuid NOT NULL,
        deposit_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        provider text NOT NULL,
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        owed_minor bigint NOT NULL,
        currency text NOT NULL,
        reference text,
        code text,
        reason text,
        proposed_by text NOT NULL,
        approved_by text NOT NULL,
        sent_as text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_refund_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_refund_list_casino ON rm_refund_list (casino_id, created_at, id)",
    "CREATE INDEX ix_rm_refund_list_player ON rm_refund_list (player_id, created_at, id)",
    "CREATE INDEX ix_rm_refund_list_deposit ON rm_refund_list (deposit_id, created_at, id)",
    "CREATE INDEX ix_rm_refund_list_created_at ON rm_refund_list (created_at, id)",
    "CREATE INDEX ix_rm_refund_list_status ON rm_refund_list (status, created_at, id)",
    "CREATE INDEX ix_rm_refund_list_reference ON rm_refund_list (reference)",
    "COMMENT ON COLUMN rm_refund_list.owed_minor IS 'what of it the player had spent, and owes for it'",
    "COMMENT ON COLUMN rm_refund_list.reference IS 'how the provider calls the refund'",
    "COMMENT ON COLUMN rm_refund_list.code IS 'why it failed'",
    "COMMENT ON COLUMN rm_refund_list.reason IS 'in the words of whoever proposed it'",
    "COMMENT ON COLUMN rm_refund_list.sent_as IS 'the customer of the provider it was sent as, as a fingerprint'",
    """
    CREATE TABLE rm_capture (
        deposit_id uuid NOT NULL,
        captured_minor bigint NOT NULL,
        taken_minor bigint NOT NULL,
        ordered_minor bigint NOT NULL,
        CONSTRAINT pk_rm_capture PRIMARY KEY (deposit_id),
        CONSTRAINT ck_rm_capture_refunds_within_capture CHECK (
            taken_minor >= 0 AND ordered_minor >= 0 AND taken_minor + ordered_minor <= captured_minor)
    )
    """,
    "COMMENT ON COLUMN rm_capture.captured_minor IS 'as the provider settled it'",
    "COMMENT ON COLUMN rm_capture.taken_minor IS 'refunded or charged back of it'",
    "COMMENT ON COLUMN rm_capture.ordered_minor IS 'kept for refunds that are not decided'",
    """
    INSERT INTO rm_capture (deposit_id, captured_minor, taken_minor, ordered_minor)
    SELECT id, amount_minor, reversed_minor, 0 FROM rm_deposit_list
    WHERE status IN ('succeeded', 'partially_reversed', 'reversed')
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

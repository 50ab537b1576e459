"""Disputes are a list, and what proves our side is kept beside them, sealed."""

from alembic import op

revision = "0034"
down_revision = "0033"

_STATEMENTS = (
    """
    CREATE TABLE rm_dispute_list (
        id uuid NOT NULL,
        deposit_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        provider text NOT NULL,
        reference text NOT NULL,
        payment text NOT NULL,
        stage text NOT NULL,
        status text NOT NULL,
        told text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        code text NOT NULL,
        due_at timestamptz,
        fee_minor bigint NOT NULL DEFAULT 0,
        fee_currency text,
        evidence integer NOT NULL DEFAULT 0,
        warned boolean NOT NULL DEFAULT false,
        by_hand boolean NOT NULL DEFAULT false,
        answered_by text,
        opened_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_dispute_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_dispute_list_casino ON rm_dispute_list (casino_id, opened_at, id)",
    "CREATE INDEX ix_rm_dispute_list_player ON rm_dispute_list (player_id, opened_at, id)",
    "CREATE INDEX ix_rm_dispute_list_deposit ON rm_dispute_list (deposit_id, opened_at, id)",
    "CREATE INDEX ix_rm_dispute_list_opened_at ON rm_dispute_list (opened_at, id)",
    "CREATE INDEX ix_rm_dispute_list_status ON rm_dispute_list (status, opened_at, id)",
    "CREATE INDEX ix_rm_dispute_list_due_at ON rm_dispute_list (due_at, id)",
    "CREATE INDEX ix_rm_dispute_list_reference ON rm_dispute_list (reference)",
    "COMMENT ON COLUMN rm_dispute_list.reference IS 'how the provider calls the dispute'",
    "COMMENT ON COLUMN rm_dispute_list.payment IS 'how the provider calls the payment'",
    "COMMENT ON COLUMN rm_dispute_list.status IS 'of the stage, with what we did ourselves'",
    "COMMENT ON COLUMN rm_dispute_list.told IS 'of the stage, as the provider says'",
    "COMMENT ON COLUMN rm_dispute_list.code IS 'why, in the words of the provider or the scheme'",
    "COMMENT ON COLUMN rm_dispute_list.due_at IS 'until when an answer is awaited'",
    "COMMENT ON COLUMN rm_dispute_list.evidence IS 'files that are kept for it'",
    "COMMENT ON COLUMN rm_dispute_list.warned IS 'its deadline is near'",
    "COMMENT ON COLUMN rm_dispute_list.by_hand IS 'answered at the provider'",
    """
    CREATE TABLE dispute_evidence (
        id uuid NOT NULL,
        dispute_id uuid NOT NULL,
        kind text NOT NULL,
        media_type text NOT NULL,
        size integer NOT NULL,
        sha256 text NOT NULL,
        sealed text NOT NULL,
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        CONSTRAINT pk_dispute_evidence PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_dispute_evidence_dispute ON dispute_evidence (dispute_id, added_at, id)",
    "COMMENT ON COLUMN dispute_evidence.sealed IS 'the file itself'",
    "COMMENT ON TABLE dispute_evidence IS 'what proves our side of a dispute'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

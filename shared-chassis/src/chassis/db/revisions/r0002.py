"""What waits for a second person. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE approval_payload (
        approval_id UUID NOT NULL,
        sealed TEXT NOT NULL,
        CONSTRAINT pk_approval_payload PRIMARY KEY (approval_id)
    )
    """,
    """
    COMMENT ON COLUMN approval_payload.sealed IS 'the canonical JSON that will be executed; it may hold secrets'
    """,
    """
    CREATE TABLE rm_approval_list (
        id UUID NOT NULL,
        casino_id UUID,
        command TEXT NOT NULL,
        permission TEXT NOT NULL,
        approve_permission TEXT NOT NULL,
        risk TEXT NOT NULL,
        subject_kind TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        summary TEXT NOT NULL,
        reason TEXT,
        requester_id UUID NOT NULL,
        state TEXT NOT NULL,
        code TEXT,
        payload_sha256 TEXT NOT NULL,
        before JSONB,
        after JSONB,
        barred JSONB NOT NULL,
        approved_by JSONB NOT NULL,
        needed INTEGER NOT NULL,
        proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_rm_approval_list PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN rm_approval_list.state IS
        'waiting, approved, executed, rejected, withdrawn, expired, voided'
    """,
    """
    COMMENT ON COLUMN rm_approval_list.code IS 'why it was voided'
    """,
    """
    CREATE INDEX ix_rm_approval_list_casino_id ON rm_approval_list (casino_id, proposed_at, id)
    """,
    """
    CREATE INDEX ix_rm_approval_list_open ON rm_approval_list (requester_id) WHERE ended_at IS NULL
    """,
)

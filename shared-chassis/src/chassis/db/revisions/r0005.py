"""Actions on many rows of a list at once. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE bulk_job (
        id UUID NOT NULL,
        action TEXT NOT NULL,
        parameters JSONB,
        asked JSONB,
        casinos UUID[] NOT NULL,
        sha256 TEXT NOT NULL,
        totals JSONB NOT NULL,
        state TEXT NOT NULL,
        rows BIGINT NOT NULL,
        not_allowed BIGINT NOT NULL,
        done BIGINT DEFAULT '0' NOT NULL,
        refused BIGINT DEFAULT '0' NOT NULL,
        skipped BIGINT DEFAULT '0' NOT NULL,
        requested_by UUID NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
        amr JSONB NOT NULL,
        reason TEXT,
        approval_id UUID,
        authorised_by TEXT,
        started_at TIMESTAMP WITH TIME ZONE,
        finished_at TIMESTAMP WITH TIME ZONE,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_bulk_job PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN bulk_job.action IS 'of which list, and what: withdrawals.approve'
    """,
    """
    COMMENT ON COLUMN bulk_job.asked IS 'the filter as a tree, without what it asks of personal data'
    """,
    """
    COMMENT ON COLUMN bulk_job.casinos IS 'whose rows; none: rows of no casino'
    """,
    """
    COMMENT ON COLUMN bulk_job.sha256 IS 'of the action, its parameters and the rows'' ids in order'
    """,
    """
    COMMENT ON COLUMN bulk_job.totals IS 'the amounts of all rows by currency, where money moves'
    """,
    """
    COMMENT ON COLUMN bulk_job.state IS 'frozen, proposed, running, finished, cancelled, expired'
    """,
    """
    COMMENT ON COLUMN bulk_job.not_allowed IS 'rows the requester could not act on when he asked'
    """,
    """
    COMMENT ON COLUMN bulk_job.amr IS 'how the requester had proved who they are'
    """,
    """
    COMMENT ON COLUMN bulk_job.authorised_by IS 'who approved it; null: it took nobody else'
    """,
    """
    COMMENT ON COLUMN bulk_job.expires_at IS 'when it is started no more'
    """,
    """
    CREATE INDEX ix_bulk_job_requested_at ON bulk_job (requested_at, id)
    """,
    """
    CREATE INDEX ix_bulk_job_requested_by ON bulk_job (requested_by, requested_at, id)
    """,
    """
    CREATE TABLE bulk_row (
        job_id UUID NOT NULL,
        position INTEGER NOT NULL,
        row_id UUID NOT NULL,
        casino_id UUID,
        amount_minor BIGINT,
        currency TEXT,
        result TEXT DEFAULT 'waiting' NOT NULL,
        code TEXT,
        tries INTEGER DEFAULT '0' NOT NULL,
        settled_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_bulk_row PRIMARY KEY (job_id, position),
        CONSTRAINT uq_bulk_row_row_id UNIQUE (job_id, row_id)
    )
    """,
    """
    COMMENT ON COLUMN bulk_row.result IS 'waiting, done, refused, skipped'
    """,
    """
    COMMENT ON COLUMN bulk_row.code IS 'why it was refused or skipped'
    """,
    """
    COMMENT ON COLUMN bulk_row.tries IS 'that ended in a fault of ours'
    """,
    """
    CREATE INDEX ix_bulk_row_waiting ON bulk_row (job_id, position) WHERE result = 'waiting'
    """,
)

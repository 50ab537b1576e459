"""Exports of lists. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE list_export (
        id UUID NOT NULL,
        list TEXT NOT NULL,
        path TEXT NOT NULL,
        permission TEXT NOT NULL,
        format TEXT NOT NULL,
        asked TEXT NOT NULL,
        reason TEXT NOT NULL,
        requested_by UUID NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        code TEXT,
        rows BIGINT DEFAULT '0' NOT NULL,
        cut BOOLEAN DEFAULT 'false' NOT NULL,
        sight TEXT,
        file TEXT,
        sha256 TEXT,
        size_bytes BIGINT,
        finished_at TIMESTAMP WITH TIME ZONE,
        expires_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_list_export PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN list_export.asked IS 'sealed: the filter may hold personal data'
    """,
    """
    COMMENT ON COLUMN list_export.state IS 'waiting, running, done, failed, expired'
    """,
    """
    COMMENT ON COLUMN list_export.code IS 'why it failed'
    """,
    """
    COMMENT ON COLUMN list_export.cut IS 'there were more rows than a file may have'
    """,
    """
    COMMENT ON COLUMN list_export.sight IS 'what the requester saw when it was made, as a hash'
    """,
    """
    CREATE INDEX ix_list_export_requested_by ON list_export (requested_by, requested_at, id)
    """,
)

"""Exports of lists, saved views of them, and bulk actions by filter. Never edited: a change is a new module."""

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
    """
    CREATE TABLE saved_view (
        id UUID NOT NULL,
        list TEXT NOT NULL,
        name TEXT NOT NULL,
        shared TEXT NOT NULL,
        owner_id UUID NOT NULL,
        role_id UUID,
        casino_id UUID,
        is_default BOOLEAN DEFAULT 'false' NOT NULL,
        filter JSONB,
        shown JSONB NOT NULL,
        version INTEGER NOT NULL,
        updated_by UUID NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_saved_view PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN saved_view.shared IS 'private, role, casino'
    """,
    """
    COMMENT ON COLUMN saved_view.shown IS 'columns with widths, order, density'
    """,
    """
    CREATE INDEX ix_saved_view_list ON saved_view (list, owner_id)
    """,
    """
    CREATE TABLE bulk_job (
        id UUID NOT NULL,
        list TEXT NOT NULL,
        action TEXT NOT NULL,
        permission TEXT NOT NULL,
        asked TEXT NOT NULL,
        reason TEXT NOT NULL,
        requested_by UUID NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        code TEXT,
        total INTEGER NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_bulk_job PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN bulk_job.asked IS 'sealed: the filter and the payload'
    """,
    """
    COMMENT ON COLUMN bulk_job.state IS 'preview, waiting, running, done, cancelled'
    """,
    """
    COMMENT ON COLUMN bulk_job.code IS 'why it was cancelled'
    """,
    """
    CREATE INDEX ix_bulk_job_requested_by ON bulk_job (requested_by, requested_at, id)
    """,
    """
    CREATE TABLE bulk_row (
        job_id UUID NOT NULL,
        row_id UUID NOT NULL,
        place INTEGER NOT NULL,
        state TEXT NOT NULL,
        code TEXT,
        CONSTRAINT pk_bulk_row PRIMARY KEY (job_id, row_id)
    )
    """,
    """
    COMMENT ON COLUMN bulk_row.state IS 'waiting, done, refused'
    """,
    """
    COMMENT ON COLUMN bulk_row.code IS 'why it was refused'
    """,
    """
    CREATE INDEX ix_bulk_row_waiting ON bulk_row (job_id, place) WHERE state = 'waiting'
    """,
)

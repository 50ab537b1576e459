"""By which old rows are found that go. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE INDEX ix_bulk_job_finished_at ON bulk_job (finished_at) WHERE finished_at IS NOT NULL
    """,
    """
    CREATE INDEX ix_parked_message_resolved_at ON parked_message (resolved_at) WHERE resolved_at IS NOT NULL
    """,
    """
    CREATE INDEX ix_list_view_version ON list_view (version)
    """,
)

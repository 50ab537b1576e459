"""Saved views of lists, their versions, and what people begin with. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE list_view (
        id UUID NOT NULL,
        list TEXT NOT NULL,
        owner_id UUID NOT NULL,
        version INTEGER NOT NULL,
        name TEXT NOT NULL,
        visibility TEXT NOT NULL,
        role_id UUID,
        casino_id UUID,
        role_default BOOLEAN NOT NULL,
        content TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        changed_by UUID NOT NULL,
        deleted BOOLEAN DEFAULT 'false' NOT NULL,
        CONSTRAINT pk_list_view PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN list_view.list IS 'the address of the list, with the parameters in it unfilled'
    """,
    """
    COMMENT ON COLUMN list_view.visibility IS 'private, role, casino'
    """,
    """
    COMMENT ON COLUMN list_view.role_default IS 'the default of those who hold the role'
    """,
    """
    COMMENT ON COLUMN list_view.content IS 'sealed: the filter may hold personal data'
    """,
    """
    CREATE INDEX ix_list_view_list ON list_view (list, owner_id)
    """,
    """
    CREATE TABLE list_view_version (
        id UUID NOT NULL,
        view_id UUID NOT NULL,
        version INTEGER NOT NULL,
        name TEXT NOT NULL,
        visibility TEXT NOT NULL,
        role_id UUID,
        casino_id UUID,
        role_default BOOLEAN NOT NULL,
        content TEXT NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        changed_by UUID NOT NULL,
        deleted BOOLEAN NOT NULL,
        CONSTRAINT pk_list_view_version PRIMARY KEY (id),
        CONSTRAINT uq_list_view_version UNIQUE (view_id, version)
    )
    """,
    """
    COMMENT ON COLUMN list_view_version.content IS 'sealed: the filter may hold personal data'
    """,
    """
    CREATE TABLE list_view_choice (
        subject_id UUID NOT NULL,
        list TEXT NOT NULL,
        default_id UUID,
        pinned JSONB NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_list_view_choice PRIMARY KEY (subject_id, list)
    )
    """,
    """
    COMMENT ON COLUMN list_view_choice.default_id IS 'the view this person begins with'
    """,
    """
    COMMENT ON COLUMN list_view_choice.pinned IS 'ids of views, in order'
    """,
)

"""The chassis' tables as the first revision of every service creates them. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE event (
        global_position BIGINT GENERATED ALWAYS AS IDENTITY,
        tx_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
        stream_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        event_id UUID NOT NULL,
        type TEXT NOT NULL,
        type_version INTEGER NOT NULL,
        data JSONB NOT NULL,
        meta JSONB NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_event PRIMARY KEY (global_position),
        CONSTRAINT uq_event_stream_version UNIQUE (stream_id, version)
    )
    """,
    """
    CREATE INDEX ix_event_tx ON event (tx_id, global_position)
    """,
    """
    CREATE TABLE idempotency (
        key TEXT NOT NULL,
        fingerprint BYTEA NOT NULL,
        status INTEGER,
        response JSONB,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_idempotency PRIMARY KEY (key)
    )
    """,
    """
    CREATE INDEX ix_idempotency_created_at ON idempotency (created_at)
    """,
    """
    CREATE TABLE inbox (
        consumer TEXT NOT NULL,
        event_id UUID NOT NULL,
        position BIGINT GENERATED ALWAYS AS IDENTITY,
        tx_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        type TEXT NOT NULL,
        envelope TEXT,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_inbox PRIMARY KEY (consumer, event_id)
    )
    """,
    """
    COMMENT ON COLUMN inbox.envelope IS 'kept where read models are rebuilt from it'
    """,
    """
    CREATE INDEX ix_inbox_position ON inbox (position)
    """,
    """
    CREATE INDEX ix_inbox_tx ON inbox (tx_id, position)
    """,
    """
    CREATE TABLE outbox (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        partition INTEGER,
        envelope TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE,
        attempts INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_outbox PRIMARY KEY (id)
    )
    """,
    """
    COMMENT ON COLUMN outbox.partition IS 'only where a message must reach one partition, as a sign of life does'
    """,
    """
    CREATE INDEX ix_outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL
    """,
    """
    CREATE INDEX ix_outbox_waiting ON outbox (id) WHERE published_at IS NULL
    """,
    """
    CREATE TABLE parked_message (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        consumer TEXT NOT NULL,
        event_id UUID,
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        envelope BYTEA NOT NULL,
        reason TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        parked_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        resolved_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_parked_message PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_parked_message_open ON parked_message (consumer, key, id) WHERE resolved_at IS NULL
    """,
    """
    CREATE TABLE projection_state (
        name TEXT NOT NULL,
        window_from BIGINT DEFAULT '0' NOT NULL,
        window_to BIGINT DEFAULT '0' NOT NULL,
        position BIGINT DEFAULT '0' NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_projection_state PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE subject_key (
        subject_id UUID NOT NULL,
        wrapped_key BYTEA,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        erased_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_subject_key PRIMARY KEY (subject_id)
    )
    """,
    """
    COMMENT ON COLUMN subject_key.wrapped_key IS 'null once the personal data was erased; no new key is made then'
    """,
    """
    CREATE TABLE task (
        kind TEXT NOT NULL,
        id UUID NOT NULL,
        payload JSONB NOT NULL,
        run_at TIMESTAMP WITH TIME ZONE NOT NULL,
        attempts INTEGER DEFAULT '0' NOT NULL,
        locked_until TIMESTAMP WITH TIME ZONE,
        last_error TEXT,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_task PRIMARY KEY (kind, id)
    )
    """,
    """
    CREATE INDEX ix_task_run_at ON task (run_at)
    """,
)

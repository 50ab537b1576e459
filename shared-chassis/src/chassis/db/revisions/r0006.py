"""What lists tell of parked messages. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE parked_message
        ADD COLUMN message_id UUID DEFAULT gen_random_uuid() NOT NULL,
        ADD COLUMN given_up BOOLEAN DEFAULT 'false' NOT NULL,
        ADD COLUMN type TEXT,
        ADD COLUMN code TEXT DEFAULT 'unknown' NOT NULL,
        ADD COLUMN casino_id UUID
    """,
    """
    COMMENT ON COLUMN parked_message.type IS 'of the event, as far as it can be read'
    """,
    """
    COMMENT ON COLUMN parked_message.code IS 'why, as a stable word'
    """,
    """
    CREATE UNIQUE INDEX ix_parked_message_message_id ON parked_message (message_id)
    """,
    """
    CREATE INDEX ix_parked_message_parked_at ON parked_message (parked_at, message_id)
    """,
    """
    CREATE INDEX ix_parked_message_casino_id ON parked_message (casino_id, parked_at, message_id)
    """,
)

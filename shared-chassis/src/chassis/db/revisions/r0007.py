"""Where casinos keep their time. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE rm_casino_zone (
        casino_id UUID NOT NULL,
        time_zone TEXT NOT NULL,
        CONSTRAINT pk_rm_casino_zone PRIMARY KEY (casino_id)
    )
    """,
)

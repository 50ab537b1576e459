"""What a provider settles in another currency is converted at its own rate, and by what an amount is off is kept."""

from alembic import op

revision = "0049"
down_revision = "0048"

_STATEMENTS = (
    "ALTER TABLE settlement_terms ADD COLUMN rate_tolerance_bps integer DEFAULT '0' NOT NULL",
    """
    COMMENT ON COLUMN settlement_terms.rate_tolerance_bps
    IS 'what is settled in this currency may be off from published rates by so much, in hundredths of a percent'
    """,
    "ALTER TABLE settlement_item ADD COLUMN paid_minor bigint",
    "ALTER TABLE settlement_item ADD COLUMN paid_currency text",
    "ALTER TABLE settlement_item ADD COLUMN off_minor bigint",
    """
    COMMENT ON COLUMN settlement_item.paid_minor
    IS 'what was paid, where that is not what was settled and the file says it'
    """,
    """
    COMMENT ON COLUMN settlement_item.off_minor
    IS 'by how much its amount is off, within the tolerance; NULL before that was kept beside a fee that differs'
    """,
    """
    CREATE TABLE settlement_conversion (
        item_id bigint NOT NULL,
        file_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        expectation_id uuid NOT NULL,
        sold_currency text NOT NULL,
        sold_minor bigint NOT NULL,
        bought_currency text NOT NULL,
        bought_minor bigint NOT NULL,
        rate numeric NOT NULL,
        published_minor bigint,
        off_bps bigint,
        source text,
        as_of date,
        booked_at timestamptz NOT NULL,
        posted_as uuid,
        undone boolean DEFAULT 'false' NOT NULL,
        CONSTRAINT pk_settlement_conversion PRIMARY KEY (item_id)
    )
    """,
    "CREATE INDEX ix_settlement_conversion_booked_at ON settlement_conversion (booked_at, item_id)",
    "CREATE INDEX ix_settlement_conversion_casino ON settlement_conversion (casino_id, booked_at, item_id)",
    "CREATE INDEX ix_settlement_conversion_expectation ON settlement_conversion (expectation_id)",
    "CREATE INDEX ix_settlement_conversion_file ON settlement_conversion (file_id)",
    "COMMENT ON TABLE settlement_conversion IS 'payments that were settled in another currency, each at its own rate'",
    "COMMENT ON COLUMN settlement_conversion.item_id IS 'the line that explains the payment, the last of several'",
    "COMMENT ON COLUMN settlement_conversion.sold_minor IS 'of the payment, signed as its movement'",
    "COMMENT ON COLUMN settlement_conversion.bought_minor IS 'as it was settled, before fees'",
    "COMMENT ON COLUMN settlement_conversion.rate IS 'bought for one sold, of the settlement itself'",
    "COMMENT ON COLUMN settlement_conversion.published_minor IS 'what published rates would have bought; NULL: none'",
    "COMMENT ON COLUMN settlement_conversion.off_bps IS 'from that, in hundredths of a percent'",
    "COMMENT ON COLUMN settlement_conversion.source IS 'who published the rates'",
    "COMMENT ON COLUMN settlement_conversion.as_of IS 'of what day they were'",
    """
    COMMENT ON COLUMN settlement_conversion.posted_as
    IS 'what its two entries refer to; those of one batch are one sum'
    """,
    "COMMENT ON COLUMN settlement_conversion.undone IS 'its file was replaced, and the entries taken back'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

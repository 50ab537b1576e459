"""Money of one currency is exchanged for money of another, at a rate that is kept."""

from alembic import op

revision = "0039"
down_revision = "0038"

_STATEMENTS = (
    """
    CREATE TABLE exchange_policy (
        casino_id uuid NOT NULL,
        enabled boolean NOT NULL,
        spread_bp integer NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_exchange_policy PRIMARY KEY (casino_id),
        CONSTRAINT ck_exchange_policy_spread CHECK (spread_bp >= 0 AND spread_bp < 10000)
    )
    """,
    """
    CREATE TABLE ledger_exchange (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        sold_currency text NOT NULL,
        sold_minor bigint NOT NULL,
        bought_currency text NOT NULL,
        bought_minor bigint NOT NULL,
        rate numeric NOT NULL,
        spread_bp integer NOT NULL,
        source text NOT NULL,
        as_of date NOT NULL,
        CONSTRAINT pk_ledger_exchange PRIMARY KEY (id)
    )
    """,
    """
    CREATE TRIGGER ledger_exchange_is_append_only BEFORE UPDATE OR DELETE ON ledger_exchange
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER ledger_exchange_is_never_emptied BEFORE TRUNCATE ON ledger_exchange
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON ledger_exchange FROM PUBLIC, CURRENT_USER",
)

_COMMENTS = {
    "COLUMN exchange_policy.spread_bp": "what the house keeps, in hundredths of a per cent",
    "TABLE ledger_exchange": "what money of one currency was exchanged at for money of another",
    "COLUMN ledger_exchange.id": "the group of its two entries",
    "COLUMN ledger_exchange.rate": "bought for one sold, before the spread",
    "COLUMN ledger_exchange.spread_bp": "what the house kept, in hundredths of a per cent",
    "COLUMN ledger_exchange.source": "who published the rates",
    "COLUMN ledger_exchange.as_of": "of what day they were",
}


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")

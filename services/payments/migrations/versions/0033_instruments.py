"""What players pay with and are paid to is a list, and a payment says by which instrument it is."""

from alembic import op

revision = "0033"
down_revision = "0032"

_STATEMENTS = (
    """
    CREATE TABLE rm_instrument_list (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        provider text NOT NULL,
        kind text NOT NULL,
        bin text,
        last_four text,
        expires_on date,
        country text,
        fingerprint text NOT NULL,
        recognisable boolean NOT NULL,
        ownership text NOT NULL,
        verification text NOT NULL,
        shared boolean NOT NULL,
        disabled boolean NOT NULL,
        sealed text,
        deposits bigint NOT NULL,
        withdrawals bigint NOT NULL,
        first_seen_at timestamptz NOT NULL,
        last_used_at timestamptz,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_instrument_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_instrument_list_casino ON rm_instrument_list (casino_id, first_seen_at, id)",
    "CREATE INDEX ix_rm_instrument_list_player ON rm_instrument_list (player_id, first_seen_at, id)",
    "CREATE INDEX ix_rm_instrument_list_first_seen_at ON rm_instrument_list (first_seen_at, id)",
    "CREATE INDEX ix_rm_instrument_list_fingerprint ON rm_instrument_list (fingerprint)",
    "CREATE INDEX ix_rm_instrument_list_bin ON rm_instrument_list (bin)",
    "CREATE INDEX ix_rm_instrument_list_shared ON rm_instrument_list (casino_id, first_seen_at, id) WHERE shared",
    "COMMENT ON COLUMN rm_instrument_list.provider IS 'that told of it last'",
    "COMMENT ON COLUMN rm_instrument_list.bin IS 'the first 6 or 8 digits of a card'",
    "COMMENT ON COLUMN rm_instrument_list.expires_on IS 'its last day'",
    """
    COMMENT ON COLUMN rm_instrument_list.fingerprint
        IS 'a keyed hash, equal for the same instrument at every player'
    """,
    "COMMENT ON COLUMN rm_instrument_list.recognisable IS 'whether the fingerprint says anything of other players'",
    "COMMENT ON COLUMN rm_instrument_list.shared IS 'another player of the casino uses it'",
    """
    COMMENT ON COLUMN rm_instrument_list.sealed
        IS 'holder, number and destination, readable with the player''s key'
    """,
    "COMMENT ON COLUMN rm_instrument_list.deposits IS 'paid with it'",
    "COMMENT ON COLUMN rm_instrument_list.withdrawals IS 'asked for to it'",
    """
    CREATE TABLE rm_instrument_use (
        payment_id uuid NOT NULL,
        instrument_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        direction text NOT NULL,
        used_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_instrument_use PRIMARY KEY (payment_id)
    )
    """,
    "CREATE INDEX ix_rm_instrument_use_instrument ON rm_instrument_use (instrument_id, used_at)",
    "CREATE INDEX ix_rm_instrument_use_player ON rm_instrument_use (player_id, used_at)",
    "COMMENT ON COLUMN rm_instrument_use.payment_id IS 'the deposit or withdrawal'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

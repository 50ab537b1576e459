"""What players wager is kept by stretches of time, so that rules can look at a day, a week or a month of it.

Of players who were looked at before, `stakes_since` says since when that is: until a window reaches back no further,
what they wagered in it is not known. The code now deployed puts rows in without it, and has the moment by default.
"""

from alembic import op

revision = "0063"
down_revision = "0062"

_STATEMENTS = (
    "ALTER TABLE fraud_play ADD COLUMN stakes_since timestamptz DEFAULT now()",
    "COMMENT ON COLUMN fraud_play.stakes_since IS 'since when fraud_stake has all of his bets; NULL: from the first'",
    """
    CREATE TABLE fraud_stake (
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        currency text NOT NULL,
        grain smallint NOT NULL,
        bucket timestamptz NOT NULL,
        staked_minor bigint NOT NULL,
        CONSTRAINT pk_fraud_stake PRIMARY KEY (casino_id, player_id, currency, grain, bucket)
    )
     WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_fraud_stake_bucket ON fraud_stake (bucket)",
    """
    COMMENT ON TABLE fraud_stake
    IS 'what a player wagered in a stretch of time, less what was given back in it'
    """,
    "COMMENT ON COLUMN fraud_stake.grain IS '1: ten minutes, 2: an hour, 3: a day'",
    "COMMENT ON COLUMN fraud_stake.bucket IS 'when it begins'",
    "COMMENT ON COLUMN fraud_stake.staked_minor IS 'below 0: more was given back than staked'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)

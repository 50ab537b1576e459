"""What verification, security and the back office tell of a player is kept for the rules against fraud: names on lists
that nobody decided, his password, his log-in and where he is reached. Of bets the largest is kept while he had a bonus.

What was told before is not known here.
"""

from alembic import op

revision = "0093"
down_revision = "0092"

_STATEMENTS = (
    "ALTER TABLE rm_player_standing ADD COLUMN open_hits jsonb DEFAULT '[]' NOT NULL",
    "ALTER TABLE rm_player_standing ADD COLUMN password_changed_at timestamptz",
    "ALTER TABLE rm_player_standing ADD COLUMN locked_at timestamptz",
    "ALTER TABLE rm_player_standing ADD COLUMN contact_changed_at timestamptz",
    """
    COMMENT ON COLUMN rm_player_standing.open_hits IS
    'names on a list that may be his: nobody decided yet'
    """,
    "COMMENT ON COLUMN rm_player_standing.password_changed_at IS 'the last time; NULL: none is known'",
    """
    COMMENT ON COLUMN rm_player_standing.locked_at IS
    'when too many wrong proofs locked his log-in, the last time'
    """,
    "COMMENT ON COLUMN rm_player_standing.contact_changed_at IS 'of his telephone or address, the last time'",
    "ALTER TABLE fraud_stake ADD COLUMN largest_bonus_bet_minor bigint",
    """
    COMMENT ON COLUMN fraud_stake.largest_bonus_bet_minor IS
    'of the bets while he had a bonus; NULL: there were none'
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

"""Lists of rounds and sessions over all casinos, and of a player, read one index in order."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    "CREATE INDEX ix_rm_round_list_opened_at ON rm_round_list (opened_at, round_id)",
    "CREATE INDEX ix_rm_session_list_opened_at ON rm_session_list (opened_at, session_id)",
    "DROP INDEX ix_rm_round_list_player",
    "CREATE INDEX ix_rm_round_list_player ON rm_round_list (player_id, opened_at, round_id)",
    "DROP INDEX ix_rm_session_list_player",
    "CREATE INDEX ix_rm_session_list_player ON rm_session_list (player_id, opened_at, session_id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)

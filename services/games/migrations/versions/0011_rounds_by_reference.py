"""Rounds are found by the supplier's id of them and by their session, in order."""

from alembic import op

revision = "0011"
down_revision = "0010"

_STATEMENTS = (
    "CREATE INDEX ix_rm_round_list_round_ref ON rm_round_list (round_ref, opened_at, round_id)",
    "CREATE INDEX ix_rm_round_list_session ON rm_round_list (session_id, opened_at, round_id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)

"""The timeline tells what happened at the same moment in order. Where there are entries already: `rebuild timeline`."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_STORY = ["player_id", "happened_at", "consequence", "position", "entry_id"]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    op.add_column(
        "rm_timeline",
        sa.Column(
            "consequence",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="has no stream of its own, such as a movement: told after the decision of the same moment",
        ),
    )
    op.create_index("ix_rm_timeline_story", "rm_timeline", _STORY, unique=False)
    op.drop_index("ix_rm_timeline_player_id", table_name="rm_timeline")

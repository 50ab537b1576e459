"""A player's figures tell which deposits are under way. Where there are figures already: `rebuild player_overview`.

An erased player's account is shown as closed: `rebuild player_list`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "rm_player_overview",
        sa.Column(
            "deposits_under_way",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="ids of those nobody knows the end of yet",
        ),
    )

"""Players are found by their first name alone. Those who registered before are, once their name is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    comment = "of the first name alone"
    op.add_column("rm_player_list", sa.Column("first_name_index", sa.Text(), nullable=True, comment=comment))
    op.create_index("ix_rm_player_list_first_name_index", "rm_player_list", ["first_name_index"], unique=False)

"""The timeline names the colleagues who acted. Where there are some already: `rebuild staff_names`."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "rm_staff_names",
        sa.Column("staff_id", sa.Text(), nullable=False, comment="as `actor_id` names them"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_rm_staff_names")),
    )

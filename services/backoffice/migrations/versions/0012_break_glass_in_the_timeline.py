"""What was done under emergency access is marked in the story. For what is there already: `rebuild timeline`, and
`rebuild approval_inbox` for the emergencies and wishes for more access that wait.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "rm_timeline", sa.Column("break_glass", sa.Uuid(), nullable=True, comment="done under this emergency access")
    )

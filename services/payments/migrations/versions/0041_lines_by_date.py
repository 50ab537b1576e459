"""Lines of settlement files are found by date where somebody sees every casino."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_settlement_item_booked_at ON settlement_item (booked_at, id)")

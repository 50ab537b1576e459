"""A search over everything. Where there is something already: `rebuild search_entry`, `rebuild casino_list`.

Players who registered before are found by id, e-mail and phone; by name once it is changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    op.create_table(
        "rm_search_entry",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "entry_id",
            sa.Uuid(),
            nullable=False,
            comment="of the thing; of a round's movement, which stands for the round",
        ),
        sa.Column("id", sa.Uuid(), nullable=False, comment="of the thing that is found"),
        sa.Column(
            "casino_id", sa.Uuid(), nullable=True, comment="none: it is of no casino, and shown to its owner alone"
        ),
        sa.Column("player_id", sa.Uuid(), nullable=True),
        sa.Column(
            "owner_id", sa.Text(), nullable=True, comment="the colleague whose own it is, and whom alone it is shown to"
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False, comment="when it was first heard of"),
        sa.Column("reference", sa.Text(), nullable=True, comment="a provider's or supplier's id of it"),
        sa.Column("movement_reference", sa.Text(), nullable=True, comment="a supplier's id of a round's movement"),
        sa.Column("label", sa.Text(), nullable=True, comment="provider, supplier and game, kind of document, report"),
        sa.PrimaryKeyConstraint("kind", "entry_id", name=op.f("pk_rm_search_entry")),
    )
    op.create_index("ix_rm_search_entry_id", "rm_search_entry", ["id"], unique=False)
    op.create_index("ix_rm_search_entry_reference", "rm_search_entry", ["reference"], unique=False)
    op.create_index("ix_rm_search_entry_movement_reference", "rm_search_entry", ["movement_reference"], unique=False)
    op.add_column("rm_player_list", sa.Column("name_index", sa.Text(), nullable=True, comment="of the whole name"))
    op.add_column(
        "rm_player_list", sa.Column("last_name_index", sa.Text(), nullable=True, comment="of the last name alone")
    )
    for name in ("phone_index", "name_index", "last_name_index"):
        op.create_index(f"ix_rm_player_list_{name}", "rm_player_list", [name], unique=False)
    op.add_column(
        "rm_casino_list",
        sa.Column("plain_name", sa.Text(), nullable=True, comment="the name as it is searched for, from its beginning"),
    )
    op.create_index(
        "ix_rm_casino_list_plain_name",
        "rm_casino_list",
        ["plain_name"],
        unique=False,
        postgresql_ops={"plain_name": "text_pattern_ops"},
    )

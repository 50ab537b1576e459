"""Plain tables: settings and dictionaries without a life of their own. Every change is told with before and after."""

from sqlalchemy import Boolean, Column, DateTime, Index, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from games.application.schema import metadata

supplier_setting = Table(
    "supplier_setting",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("secrets", JSONB, nullable=False, comment="name -> sealed value"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("catalogue_asked_at", DateTime(timezone=True)),
    Column("catalogue_synced_at", DateTime(timezone=True)),
    Column("catalogue_error", Text),
)

catalogue_game = Table(
    "catalogue_game",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("game_code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("platforms", JSONB, nullable=False),
    Column("blocked_countries", JSONB, nullable=False),
    Column("thumbnail_url", Text),
    Column("free_bets", Boolean, nullable=False),
    Column("offered", Boolean, nullable=False, comment="false once the supplier no longer names it"),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Index("ix_catalogue_game_code", "casino_id", "game_code"),
)

casino_game = Table(
    "casino_game",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("game_code", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("blocked_countries", JSONB, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

game_list = Table(
    "game_list",
    MetaData(),
    Column("id", Text, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("game_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("platforms", JSONB, nullable=False),
    Column("free_bets", Boolean, nullable=False),
    Column("thumbnail_url", Text),
    Column("offered", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("closed_by_supplier", JSONB, nullable=False),
    Column("closed_by_casino", JSONB, nullable=False),
)
"""A view over catalogue and choices; it has a MetaData of its own because it is no table to be migrated."""

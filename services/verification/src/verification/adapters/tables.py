"""The plain tables of verification: what is not told by events."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from verification.application.schema import metadata

casino_profile = Table(
    "casino_profile",
    metadata,
    Column("casino_id", Uuid, nullable=False),
    Column("profile_version", Integer, nullable=False, comment="0: the one the casino was opened with"),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("required_documents", JSONB, nullable=False),
    PrimaryKeyConstraint("casino_id", "profile_version"),
)

document_file = Table(
    "document_file",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("player_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False, comment="of what is kept, unencrypted"),
    Column("path", Text, nullable=False),
    Column("key_token", Text, comment="the file's key under its player's; null once erased"),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Index("ix_document_file_player_id", "player_id"),
)

screening_list = Table(
    "screening_list",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("source", Text, nullable=False, comment="kinds of one source add to the same entities"),
    Column("version", Text, nullable=False),
    Column("sha256", Text, nullable=False, comment="of the file or files it was read from"),
    Column("revision", BigInteger, nullable=False, comment="grows with every import of any kind"),
    Column("entries", Integer, nullable=False),
    Column("names", Integer, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    Column("imported_by", Text, nullable=False),
)

screening_entry = Table(
    "screening_entry",
    metadata,
    Column("kind", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    PrimaryKeyConstraint("kind", "entity_id"),
)

rescreening = Table(
    "rescreening",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("after", Uuid, comment="the last player of the last finished page"),
    Column("players", Integer, nullable=False, server_default="0"),
    Column("unknown", Integer, nullable=False, server_default="0", comment="players backoffice knows no more"),
    Column("finished_at", DateTime(timezone=True)),
)

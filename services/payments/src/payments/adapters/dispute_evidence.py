"""Files that prove our side of disputes: unreadable without the key of the player they are about."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.schema import metadata

dispute_evidence = Table(
    "dispute_evidence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dispute_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("sealed", Text, nullable=False, comment="the file itself"),
    Column("added_by", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Index("ix_dispute_evidence_dispute", "dispute_id", "added_at", "id"),
    comment="what proves our side of a dispute",
)

_SHOWN = ("kind", "media_type", "size", "sha256", "added_by", "added_at")


class SqlEvidence:
    """Implements `EvidenceStore`."""

    async def keep(self, connection: AsyncConnection, dispute_id: UUID, file: dict[str, Any], sealed: str) -> None:
        """See EvidenceStore."""
        kept = {name: file[name] for name in _SHOWN}
        values = {"id": file["evidence_id"], "dispute_id": dispute_id, "sealed": sealed, **kept}
        await connection.execute(insert(dispute_evidence).values(**values))

    async def of(self, connection: AsyncConnection, dispute_id: UUID) -> list[dict[str, Any]]:
        """See EvidenceStore."""
        table = dispute_evidence
        shown = [table.c[name] for name in _SHOWN]
        statement = select(table.c.id.label("evidence_id"), *shown).where(table.c.dispute_id == dispute_id)
        rows = await connection.execute(statement.order_by(table.c.added_at, table.c.id))
        return [dict(row) for row in rows.mappings()]

    async def sealed(self, connection: AsyncConnection, dispute_id: UUID, evidence_id: UUID) -> tuple[str, str] | None:
        """See EvidenceStore."""
        table = dispute_evidence
        statement = select(table.c.media_type, table.c.sealed).where(
            table.c.id == evidence_id, table.c.dispute_id == dispute_id
        )
        row = (await connection.execute(statement)).one_or_none()
        return None if row is None else (row.media_type, row.sealed)

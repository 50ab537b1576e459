"""Which encrypted file belongs to which document, and under which key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from verification.adapters.tables import document_file
from verification.application.ports import StoredFile

_COLUMNS = [document_file.c[name] for name in StoredFile.__dataclass_fields__]


class FileTable:
    """The table `document_file`."""

    async def add(self, connection: AsyncConnection, file: StoredFile, now: datetime) -> None:
        """Remember a file."""
        facts: dict[str, Any] = {name: getattr(file, name) for name in StoredFile.__dataclass_fields__}
        await connection.execute(insert(document_file).values(**facts, stored_at=now))

    async def find(self, connection: AsyncConnection, document_id: UUID) -> StoredFile | None:
        """The file of a document."""
        found = await connection.execute(select(*_COLUMNS).where(document_file.c.document_id == document_id))
        row = found.one_or_none()
        return None if row is None else StoredFile(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    async def forget_keys(self, connection: AsyncConnection, player_id: UUID) -> list[str]:
        """Destroy the keys of all files of a player; returns where the files are."""
        rows = await connection.execute(
            update(document_file)
            .where(document_file.c.player_id == player_id)
            .values(key_token=None)
            .returning(document_file.c.path)
        )
        return sorted(rows.scalars())

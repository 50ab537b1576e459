"""What changes each time a client proves itself: assertions that were used, and when it was last seen."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from security.application.schema import metadata

client_assertion = Table(
    "client_assertion",
    metadata,
    Column("client_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True, comment="of the assertion's id"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

client_use = Table(
    "client_use",
    metadata,
    Column("client_id", Uuid, primary_key=True),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("last_address", Text),
)


async def use_assertion(
    connection: AsyncConnection, client_id: UUID, jti: str, expires_at: datetime, now: datetime
) -> bool:
    """Remember an assertion for as long as it is good; False when it was used before. Forgets the client's old ones."""
    await connection.execute(
        delete(client_assertion).where(client_assertion.c.client_id == client_id, client_assertion.c.expires_at < now)
    )
    statement = insert(client_assertion).values(
        client_id=client_id, digest=hashlib.sha256(jti.encode()).digest(), expires_at=expires_at
    )
    added = await connection.execute(statement.on_conflict_do_nothing().returning(client_assertion.c.client_id))
    return added.first() is not None


async def seen(connection: AsyncConnection, client_id: UUID, now: datetime, address: str | None = None) -> None:
    """The client did something now. An address that is not known leaves the one of before."""
    statement = insert(client_use).values(client_id=client_id, last_used_at=now, last_address=address)
    newer = {"last_used_at": statement.excluded.last_used_at}
    if address is not None:
        newer["last_address"] = statement.excluded.last_address
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["client_id"], set_=newer, where=client_use.c.last_used_at < statement.excluded.last_used_at
        )
    )


async def last_used(connection: AsyncConnection, client_ids: list[UUID]) -> dict[UUID, datetime]:
    """When each of these clients was last seen; one that never was is missing."""
    rows = await connection.execute(select(client_use).where(client_use.c.client_id.in_(client_ids)))
    return {row.client_id: row.last_used_at for row in rows}

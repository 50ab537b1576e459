"""Nonces of signed requests, each taken once by all processes of a service together."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.db import Database
from chassis.db.tables import idempotency


class PostgresNonces:
    """Keeps nonces beside the idempotency keys: both are things that come once, and both are swept by their age.

    They stay longer than they must. A program that calls many times a second takes a token instead.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def use(self, client_id: UUID, nonce: str, until: datetime) -> bool:
        """Whether it is new; from now on it is not. `until` passes long before it is swept."""
        statement = insert(idempotency).values(key=f"nonce:{client_id}:{nonce}", fingerprint=until.isoformat().encode())
        async with self._db.write() as connection:
            added = await connection.execute(statement.on_conflict_do_nothing().returning(idempotency.c.key))
            return added.first() is not None

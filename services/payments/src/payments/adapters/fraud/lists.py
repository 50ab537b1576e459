"""The casinos' block lists and allow lists."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import uuid7
from payments.adapters.fraud.tables import fraud_entry as table
from payments.application.fraud.ports import Entry, Keys, Payment
from payments.domain.fraud.rules import Rule


class SqlLists:
    """Implements `Lists`."""

    async def block(
        self, connection: AsyncConnection, payment: Payment, keys: Keys, rule: Rule, by: str, now: datetime
    ) -> None:
        """See Lists."""
        if rule.block is None:
            return
        for kind in sorted(set(rule.block.of) & set(keys)):
            entry = Entry(
                id=uuid7(),
                casino_id=payment.casino_id,
                list="block",
                kind=kind,
                key=keys[kind],
                until=now + timedelta(minutes=rule.block.minutes),
                rule=rule.id,
                player_id=payment.player_id,
                added_by=by,
                added_at=now,
            )
            await self.add(connection, entry)

    async def add(self, connection: AsyncConnection, entry: Entry) -> Entry:
        """See Lists."""
        values: dict[str, Any] = {name: getattr(entry, name) for name in table.c.keys()}  # noqa: SIM118 - columns
        statement = insert(table).values(**values)
        new = statement.excluded
        longer = or_(new.until.is_(None), table.c.until <= new.until)  # NULL, until taken off, is never outlasted.
        kept = statement.on_conflict_do_update(
            index_elements=["casino_id", "kind", "key", "list"],
            set_={name: new[name] for name in ("until", "rule", "player_id", "added_by", "added_at")},
            where=longer,
        )
        await connection.execute(kept)
        same = (
            table.c.casino_id == entry.casino_id,
            table.c.kind == entry.kind,
            table.c.key == entry.key,
            table.c.list == entry.list,
        )
        return Entry(**(await connection.execute(select(table).where(*same))).mappings().one())

    async def remove(self, connection: AsyncConnection, casino_id: UUID, entry_id: UUID) -> Entry | None:
        """See Lists."""
        statement = delete(table).where(table.c.casino_id == casino_id, table.c.id == entry_id)
        row = (await connection.execute(statement.returning(table))).mappings().one_or_none()
        return None if row is None else Entry(**row)

    async def find(self, connection: AsyncConnection, entry_id: UUID) -> Entry | None:
        """See Lists."""
        row = (await connection.execute(select(table).where(table.c.id == entry_id))).mappings().one_or_none()
        return None if row is None else Entry(**row)

"""Accounts with suppliers: settings in clear, secrets sealed."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from games.adapters.tables import supplier_setting
from games.application.ports import SupplierAccount


class Box(Protocol):
    """Seals secrets (chassis.privacy.SecretBox)."""

    def seal(self, secret: str, *, label: str) -> str: ...
    def open(self, sealed: str, *, label: str) -> str: ...


class SqlAccounts:
    """See Accounts."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def find(self, connection: AsyncConnection, casino_id: UUID, supplier: str) -> SupplierAccount | None:
        """See Accounts."""
        table = supplier_setting
        row = (
            await connection.execute(
                select(table.c.enabled, table.c.settings, table.c.secrets).where(*_is(casino_id, supplier))
            )
        ).one_or_none()
        if row is None:
            return None
        secrets = {
            name: self._box.open(sealed, label=_label(casino_id, supplier, name))
            for name, sealed in row.secrets.items()
        }
        return SupplierAccount(casino_id, supplier, row.enabled, row.settings, secrets)

    async def lock(self, connection: AsyncConnection, casino_id: UUID, supplier: str) -> datetime | None:
        """See Accounts."""
        locked = select(supplier_setting.c.updated_at).where(*_is(casino_id, supplier)).with_for_update()
        changed_at: datetime | None = (await connection.execute(locked)).scalar_one_or_none()
        return changed_at

    async def save(self, connection: AsyncConnection, account: SupplierAccount, now: datetime) -> None:
        """See Accounts."""
        casino_id, supplier = account.casino_id, account.supplier
        values: dict[str, Any] = {
            "enabled": account.enabled,
            "settings": dict(account.settings),
            "secrets": {
                name: self._box.seal(secret, label=_label(casino_id, supplier, name))
                for name, secret in account.secrets.items()
            },
            "updated_at": now,
        }
        statement = insert(supplier_setting).values(casino_id=casino_id, supplier=supplier, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id", "supplier"], set_=values))

    async def claim_catalogue(
        self, connection: AsyncConnection, casino_id: UUID, supplier: str, now: datetime, not_after: datetime
    ) -> datetime | None:
        """See Accounts."""
        table = supplier_setting
        claimed = await connection.execute(
            update(table)
            .where(
                *_is(casino_id, supplier),
                or_(table.c.catalogue_asked_at.is_(None), table.c.catalogue_asked_at <= not_after),
            )
            .values(catalogue_asked_at=now)
        )
        if claimed.rowcount:
            return None
        asked = await connection.execute(select(table.c.catalogue_asked_at).where(*_is(casino_id, supplier)))
        found: datetime = asked.scalar_one()
        return found

    async def note_sync(
        self, connection: AsyncConnection, casino_id: UUID, supplier: str, now: datetime, error: str | None
    ) -> None:
        """See Accounts."""
        values: dict[str, Any] = {"catalogue_error": error}
        if error is None:
            values["catalogue_synced_at"] = now
        await connection.execute(update(supplier_setting).where(*_is(casino_id, supplier)).values(**values))


def _is(casino_id: UUID, supplier: str) -> tuple[Any, Any]:
    return supplier_setting.c.casino_id == casino_id, supplier_setting.c.supplier == supplier


def _label(casino_id: UUID, supplier: str, name: str) -> str:
    """What a sealed value is bound to: it opens in its own place only."""
    return f"games:{casino_id}:{supplier}:{name}"

"""Accounts with suppliers: settings in clear, secrets sealed."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from games.adapters.tables import supplier_setting
from games.application.ports import AccountOverview, SupplierAccount


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

    async def of_casino(self, connection: AsyncConnection, casino_id: UUID) -> list[AccountOverview]:
        """See Accounts."""
        table = supplier_setting
        rows = await connection.execute(select(table).where(table.c.casino_id == casino_id).order_by(table.c.supplier))
        return [
            AccountOverview(
                supplier=row.supplier,
                enabled=row.enabled,
                settings=row.settings,
                secrets_set=tuple(sorted(row.secrets)),
                updated_at=row.updated_at,
                catalogue_synced_at=row.catalogue_synced_at,
                catalogue_error=row.catalogue_error,
            )
            for row in rows
        ]

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

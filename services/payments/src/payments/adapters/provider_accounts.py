"""Casinos' accounts at payment providers: settings in clear, secrets sealed and bound to their place."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.privacy import SecretBox
from payments.adapters.tables import provider_setting
from payments.application.ports import ProviderAccount
from payments.application.stores import AccountOverview, Lock
from payments.domain.deposit.bounds import DepositBounds
from payments.domain.routing.terms import MethodTerms, Stopped


class SqlProviderAccounts:
    """Implements `ProviderAccounts`."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    async def find(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, *, lock: Lock | None = None
    ) -> ProviderAccount | None:
        """See ProviderAccounts."""
        table = provider_setting
        statement = select(table).where(table.c.casino_id == casino_id, table.c.provider == provider)
        if lock is not None:
            statement = statement.with_for_update(read=lock == "share")
        row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return ProviderAccount(
            casino_id=casino_id,
            provider=provider,
            enabled=row.enabled,
            currencies=frozenset(row.currencies),
            settings=row.settings,
            secrets={
                name: self._box.open(sealed, label=_label(casino_id, provider, name))
                for name, sealed in row.secrets.items()
            },
            deposit_bounds=_bounds(row.deposit_bounds),
            methods=_methods(row.methods),
            replaced={
                name: self._box.open(sealed, label=_label(casino_id, provider, f"replaced:{name}"))
                for name, sealed in row.replaced.items()
            },
            replaced_until=row.replaced_until,
            stopped=_stopped(row),
        )

    async def save(self, connection: AsyncConnection, account: ProviderAccount, now: datetime) -> None:
        """Keep the account as it is now."""
        casino_id, provider = account.casino_id, account.provider
        values: dict[str, Any] = {
            "enabled": account.enabled,
            "currencies": sorted(account.currencies),
            "settings": dict(account.settings),
            "secrets": {
                name: self._box.seal(secret, label=_label(casino_id, provider, name))
                for name, secret in account.secrets.items()
            },
            "deposit_bounds": {currency: asdict(one) for currency, one in account.deposit_bounds.items()},
            "methods": {method: asdict(one) for method, one in account.methods.items()},
            "replaced": {
                name: self._box.seal(value, label=_label(casino_id, provider, f"replaced:{name}"))
                for name, value in account.replaced.items()
            },
            "replaced_until": account.replaced_until,
            "stopped_at": account.stopped and account.stopped.at,
            "stopped_by": account.stopped and account.stopped.by,
            "stopped_because": account.stopped and account.stopped.reason,
            "updated_at": now,
        }
        statement = insert(provider_setting).values(casino_id=casino_id, provider=provider, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id", "provider"], set_=values))

    async def of_casino(self, connection: AsyncConnection, casino_id: UUID) -> list[AccountOverview]:
        """A casino's accounts, by name."""
        table = provider_setting
        rows = await connection.execute(select(table).where(table.c.casino_id == casino_id).order_by(table.c.provider))
        return [
            AccountOverview(
                provider=row.provider,
                enabled=row.enabled,
                currencies=row.currencies,
                settings=row.settings,
                secrets_set=sorted(row.secrets),
                deposit_bounds=_bounds(row.deposit_bounds),
                methods=_methods(row.methods),
                replaced=sorted(row.replaced),
                replaced_until=row.replaced_until,
                stopped=_stopped(row),
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    async def enabled(self, connection: AsyncConnection) -> list[ProviderAccount]:
        """See ProviderAccounts."""
        table = provider_setting
        of_all = select(table).where(table.c.enabled).order_by(table.c.casino_id, table.c.provider)
        return [_without_secrets(row) for row in await connection.execute(of_all)]

    async def all_of(self, connection: AsyncConnection, casino_id: UUID) -> list[ProviderAccount]:
        """See ProviderAccounts."""
        table = provider_setting
        of_casino = select(table).where(table.c.casino_id == casino_id).order_by(table.c.provider)
        return [_without_secrets(row) for row in await connection.execute(of_casino)]


def _without_secrets(row: Row[Any]) -> ProviderAccount:
    return ProviderAccount(
        casino_id=row.casino_id,
        provider=row.provider,
        enabled=row.enabled,
        currencies=frozenset(row.currencies),
        settings=row.settings,
        secrets={},
        deposit_bounds=_bounds(row.deposit_bounds),
        methods=_methods(row.methods),
    )


def _bounds(stored: Mapping[str, Mapping[str, int | None]]) -> dict[str, DepositBounds]:
    return {currency: DepositBounds(**one) for currency, one in stored.items()}


def _methods(stored: Mapping[str, Any]) -> dict[str, MethodTerms]:
    return msgspec.convert(stored, dict[str, MethodTerms])


def _stopped(row: Any) -> Stopped | None:
    if row.stopped_at is None:
        return None
    return Stopped(by=row.stopped_by, at=row.stopped_at, reason=row.stopped_because)


def _label(casino_id: UUID, provider: str, name: str) -> str:
    return f"{casino_id}:{provider}:{name}"

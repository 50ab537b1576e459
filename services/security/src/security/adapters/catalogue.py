"""The permissions of all services, as their manifests declare them; the contract's own list before any arrived."""

from enum import StrEnum
from importlib import import_module
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.policy.model import PermissionMeta
from chassis.store import UnitOfWork
from contracts.platform.events import DeclaredPermission, PermissionManifestPublished
from contracts.registry import SERVICES
from security.adapters.tables import permission
from security.domain.grants import Declared


def promised() -> frozenset[str]:
    """Every permission the contracts name, whether its service has started yet or not."""
    found: set[str] = set()
    for service in SERVICES:
        module = import_module(f"contracts.{service}.permissions")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, StrEnum):
                found |= {str(one) for one in value}
    return frozenset(found)


async def load(connection: AsyncConnection) -> dict[str, Declared]:
    """Everything a role may name, and what roles and patterns depend on; what only the contract names has no risk."""
    found = {name: Declared(risk=None) for name in promised()}
    asked = select(permission.c.id, permission.c.risk, permission.c.removed_at, permission.c.amounts)
    for row in await connection.execute(asked):
        found[row.id] = Declared(risk=row.risk, removed=row.removed_at is not None, amounts=row.amounts)
    return found


async def metas(connection: AsyncConnection) -> dict[str, PermissionMeta]:
    """What of each permission that is declared a decision needs; what only the contract names counts as critical."""
    found = {name: PermissionMeta(id=name, risk="critical") for name in promised()}
    for row in await connection.execute(select(permission)):
        found.pop(row.id, None)
        if row.removed_at is None:
            found[row.id] = PermissionMeta(
                id=row.id,
                risk=row.risk,
                data_classes=tuple(row.data_classes),
                step_up_s=row.step_up_s,
                four_eyes=row.four_eyes,
                impersonation=row.impersonation,
                api_client=row.api_client,
            )
    return found


async def take(uow: UnitOfWork, manifest: PermissionManifestPublished) -> bool:
    """Replace what is known of a service's permissions by its newest manifest; whether anything is new in it."""
    now = uow.ctx.occurred_at
    before = await _rows(uow.connection, manifest.service)
    declared = {one.id: _values(manifest.service, one) for one in manifest.permissions}
    gone = [name for name, row in before.items() if row["removed_at"] is None and name not in declared]
    changed = {name: values for name, values in declared.items() if not values.items() <= before.get(name, {}).items()}
    if gone:
        await uow.connection.execute(update(permission).where(permission.c.id.in_(gone)).values(removed_at=now))
    for name, values in changed.items():
        fresh = {**values, "declared_at": now}
        statement = insert(permission).values(id=name, **fresh)
        await uow.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fresh))
    return bool(gone or changed)


async def _rows(connection: AsyncConnection, service: str) -> dict[str, dict[str, Any]]:
    rows = await connection.execute(select(permission).where(permission.c.service == service).with_for_update())
    return {row["id"]: dict(row) for row in rows.mappings()}


def _values(service: str, one: DeclaredPermission) -> dict[str, Any]:
    said = one.model_dump(mode="json", exclude={"id"})
    return {"service": service, "removed_at": None, **said}

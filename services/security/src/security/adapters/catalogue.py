"""The permissions of all services, as their manifests declare them; the contract's own list before any arrived."""

from enum import StrEnum
from importlib import import_module

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from contracts.platform.events import PermissionManifestPublished
from contracts.registry import SERVICES
from security.adapters.tables import permission


def promised() -> frozenset[str]:
    """Every permission the contracts name, whether its service has started yet or not."""
    found: set[str] = set()
    for service in SERVICES:
        module = import_module(f"contracts.{service}.permissions")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, StrEnum):
                found |= {str(one) for one in value}
    return frozenset(found)


async def known(connection: AsyncConnection) -> frozenset[str]:
    """Every permission a role may name."""
    rows = await connection.execute(select(permission.c.id).where(permission.c.removed_at.is_(None)))
    return promised() | frozenset(row.id for row in rows)


async def take(uow: UnitOfWork, manifest: PermissionManifestPublished) -> None:
    """Replace what is known of a service's permissions by its newest manifest."""
    now = uow.ctx.occurred_at
    declared = [one.id for one in manifest.permissions]
    await uow.connection.execute(
        update(permission)
        .where(permission.c.service == manifest.service, permission.c.id.notin_(declared))
        .values(removed_at=now)
    )
    for one in manifest.permissions:
        values = {
            "service": manifest.service,
            "title": one.title,
            "risk": one.risk,
            "data_classes": list(one.data_classes),
            "removed_at": None,
            "declared_at": now,
        }
        statement = insert(permission).values(id=one.id, **values)
        await uow.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

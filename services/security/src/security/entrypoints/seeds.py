"""The roles an installation begins with are made once; what an operator made of them since stays."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.auth.permissions import PermissionSpec, manifest
from chassis.domain import uuid7
from chassis.store import UnitOfWork
from contracts.platform.events import DeclaredPermission, PermissionManifestPublished
from security.adapters import catalogue
from security.application.seed_roles import ADMINISTRATOR, SEED_ROLES, SeedRole, administrator
from security.domain.role.aggregate import Defined, role
from security.domain.role.commands import DefineRole, PublishVersion
from security.entrypoints.permissions import PERMISSIONS
from security.read_models.role_list import role_list

REVIEWED_WITHIN = timedelta(days=365)
"""By then somebody looks at a seed role again, and says so with its next version."""


async def seed_roles(uow: UnitOfWork) -> list[str]:
    """Make the seed roles that are missing; those that are there stay as they are. The names of those made."""
    await declare_own(uow)
    return [seed.name for seed in SEED_ROLES if await _made(uow, seed)]


async def administrator_role(uow: UnitOfWork) -> UUID:
    """The administrator's role, which holds every permission the contracts name; its id."""
    await declare_own(uow)
    seed = administrator(catalogue.promised())
    existing = await _existing(uow, ADMINISTRATOR)
    if existing is None:
        return await _define(uow, seed)
    known = await catalogue.load(uow.connection)
    there = (await uow.load(role, existing)).state
    if isinstance(there, Defined) and not there.retired:
        await uow.decide(role, existing, PublishVersion(grants=seed.grants, catalogue=known, own=None))
    return existing


async def declare_own(uow: UnitOfWork, declared: tuple[PermissionSpec, ...] = PERMISSIONS) -> None:
    """Security's own permissions are known before its first manifest has come back over the bus."""
    specs = tuple(DeclaredPermission.model_validate(one) for one in manifest(declared))
    await catalogue.take(uow, PermissionManifestPublished(service="security", permissions=specs))


async def _made(uow: UnitOfWork, seed: SeedRole) -> bool:
    if await _existing(uow, seed.name) is not None:
        return False
    await _define(uow, seed)
    return True


async def _define(uow: UnitOfWork, seed: SeedRole) -> UUID:
    role_id = uuid7()
    command = DefineRole(
        name=seed.name,
        grants=seed.grants,
        catalogue=await catalogue.load(uow.connection),
        own=None,
        description=seed.description,
        owner=seed.owner,
        break_glass=seed.break_glass,
        review_by=(uow.ctx.occurred_at + REVIEWED_WITHIN).date(),
    )
    await uow.decide(role, role_id, command)
    return role_id


async def _existing(uow: UnitOfWork, name: str) -> UUID | None:
    statement = select(role_list.table.c.role_id).where(role_list.table.c.name == name)
    found: UUID | None = (await uow.connection.execute(statement)).scalar_one_or_none()
    return found

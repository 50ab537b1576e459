"""The catalogue of permissions, as the services' manifests declare them."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from chassis.auth import Requires
from chassis.http import Db
from contracts.security.permissions import SecurityPermission as P
from security.adapters.tables import permission

router = APIRouter(prefix="/api/security/v1/permissions", tags=["permissions"])


class PermissionView(BaseModel):
    """One permission. `removed` when its service no longer declares it."""

    id: str
    service: str
    title: str
    risk: str
    data_classes: list[str]
    removed: bool


@router.get("", dependencies=[Requires(P.PERMISSION_LIST)])
async def list_permissions(db: Db) -> list[PermissionView]:
    """Every permission of every service that has started at least once."""
    async with db.read() as connection:
        rows = await connection.execute(select(permission).order_by(permission.c.id))
        return [
            PermissionView(
                id=row.id,
                service=row.service,
                title=row.title,
                risk=row.risk,
                data_classes=row.data_classes,
                removed=row.removed_at is not None,
            )
            for row in rows
        ]

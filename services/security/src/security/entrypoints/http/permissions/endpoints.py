"""The catalogue of permissions, as the services' manifests declare them."""

from typing import Any, get_args

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Requires
from chassis.auth.permissions import Risk, Scopable
from chassis.http.listing import Field, ListSpec, serve_list
from contracts.security.permissions import SecurityPermission as P
from security.adapters.tables import permission

router = APIRouter(prefix="/api/security/v1/permissions", tags=["permissions"])

CATALOGUE = ListSpec(
    "permissions",
    permission,
    casino_column=None,
    id_column=permission.c.id,
    fields={
        "id": Field(permission.c.id, sortable=True),
        "service": Field(permission.c.service),
        "title": Field(permission.c.title, ops=()),
        "description": Field(permission.c.description, ops=()),
        "risk": Field(permission.c.risk, values=get_args(Risk)),
        "data_classes": Field(permission.c.data_classes),
        "step_up_s": Field(permission.c.step_up_s),
        "four_eyes": Field(permission.c.four_eyes),
        "impersonation": Field(permission.c.impersonation),
        "api_client": Field(permission.c.api_client),
        "scopable": Field(permission.c.scopable, values=get_args(Scopable)),
        "since": Field(permission.c.since),
        "amounts": Field(permission.c.amounts),
        "removed_at": Field(permission.c.removed_at, hidden=True),
        "removed": Field(None, kind="boolean"),
    },
    default_order="id.asc",
)
"""Permissions belong to no casino."""


class PermissionView(BaseModel):
    """One permission. `removed` when its service no longer declares it."""

    id: str
    service: str
    title: str
    description: str
    risk: str
    data_classes: list[str]
    step_up_s: int | None
    four_eyes: bool
    impersonation: bool
    api_client: bool
    scopable: str
    since: str
    amounts: bool
    removed: bool


serve_list(
    router,
    "",
    CATALOGUE,
    Requires(P.PERMISSION_LIST),
    item=PermissionView,
    export=P.ROLE_EXPORT,
    finish=lambda *_: _finished,
    summary="Every permission of every service that has started at least once.",
)


async def _finished(_: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        row["removed"] = row.pop("removed_at") is not None
    return rows

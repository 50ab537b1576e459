"""The audit log: a list like any other."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires
from chassis.http.listing import serve_list
from chassis.http.listing.events import told
from contracts.security.permissions import SecurityPermission as P
from security.entrypoints.http.audit.listing import AUDIT
from security.entrypoints.http.audit.schemas import AuditEntry

router = APIRouter(prefix="/api/security/v1/audit", tags=["audit"])


def _contents(_request: Request, caller: Caller) -> Any:
    async def finish(_connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [told(row, caller, "before", "after") for row in rows]

    return finish


serve_list(
    router,
    "",
    AUDIT,
    Requires(P.AUDIT_LIST),
    item=AuditEntry,
    finish=_contents,
    export=P.AUDIT_EXPORT,
    summary="What happened, newest first: who, what, from what to what, authorised by whom, why, when.",
)

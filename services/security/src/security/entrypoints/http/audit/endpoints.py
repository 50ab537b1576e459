"""The audit log: a list like any other."""

from typing import Annotated

from fastapi import APIRouter, Request

from chassis.auth import Caller, Requires
from chassis.http import Db
from chassis.http.listing import Page
from contracts.security.permissions import SecurityPermission as P
from security.entrypoints.http.audit.listing import AUDIT
from security.entrypoints.http.audit.schemas import AuditEntry

router = APIRouter(prefix="/api/security/v1/audit", tags=["audit"])


@router.get("", openapi_extra=AUDIT.openapi)
async def list_audit(caller: Annotated[Caller, Requires(P.AUDIT_LIST)], request: Request, db: Db) -> Page[AuditEntry]:
    """What happened, newest first: who, what, from what to what, authorised by whom, why, when."""
    return await AUDIT.page(request, caller, db)

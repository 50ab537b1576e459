"""The audit log: a list like any other."""

from fastapi import APIRouter

from chassis.auth import Requires
from chassis.http.listing import serve_list
from contracts.security.permissions import SecurityPermission as P
from security.entrypoints.http.audit.listing import AUDIT
from security.entrypoints.http.audit.schemas import AuditEntry

router = APIRouter(prefix="/api/security/v1/audit", tags=["audit"])


serve_list(
    router,
    "",
    AUDIT,
    Requires(P.AUDIT_LIST),
    item=AuditEntry,
    summary="What happened, newest first: who, what, from what to what, authorised by whom, why, when.",
)

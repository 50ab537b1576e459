"""Calls out to providers: what was asked of them for deposits and withdrawals, one by one."""

from fastapi import APIRouter

from chassis.auth import Requires
from chassis.http.listing import serve_list
from contracts.payments.permissions import PaymentsPermission as P
from payments.entrypoints.http.attempts.listing import ATTEMPTS
from payments.entrypoints.http.attempts.schemas import AttemptItem

router = APIRouter(prefix="/api/payments/v1/provider-attempts", tags=["provider attempts"])

serve_list(
    router,
    "",
    ATTEMPTS,
    Requires(P.ATTEMPT_LIST),
    item=AttemptItem,
    export=P.ATTEMPT_EXPORT,
    summary="Every call to a provider for a deposit or withdrawal, newest first, with what its answer said.",
)

"""Every permission payments asks for, as an administrator meets it."""

from chassis.auth import PermissionSpec
from contracts.payments.permissions import PaymentsPermission as P

PERMISSIONS = (
    PermissionSpec(P.PROVIDER_CONFIGURE, "Set up payment providers of a casino", "critical"),
    PermissionSpec(P.PROVIDER_LIST, "See the payment providers of a casino", "low"),
    PermissionSpec(P.POLICY_SET, "Set the rules for withdrawals of a casino", "critical"),
    PermissionSpec(P.DEPOSIT_LIST, "See deposits", "normal", ("financial",), impersonation=True),
    PermissionSpec(P.WITHDRAWAL_LIST, "See withdrawals", "normal", ("financial",), impersonation=True),
    PermissionSpec(P.WITHDRAWAL_APPROVE, "Approve withdrawals", "high", ("financial",)),
    PermissionSpec(P.WITHDRAWAL_REJECT, "Reject withdrawals", "high", ("financial",)),
    PermissionSpec(P.BALANCE_VIEW, "See a player's balance", "normal", ("financial",), impersonation=True),
    PermissionSpec(
        P.STATEMENT_VIEW, "See every movement of a player's money", "normal", ("financial",), impersonation=True
    ),
    PermissionSpec(P.LEDGER_VIEW, "See the sums of the ledger", "normal", ("financial",)),
)

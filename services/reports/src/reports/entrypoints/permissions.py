"""The permissions the routes of reports ask for."""

from chassis.auth import PermissionSpec
from chassis.parked import parked_permissions
from contracts.reports.permissions import ReportsPermission as P

PERMISSIONS = (
    PermissionSpec(P.DEFINITION_LIST, "See which reports there are", "low", api_client=True),
    PermissionSpec(P.JOB_LIST, "Ask for reports and see the jobs one asked for", "low", api_client=True),
    PermissionSpec(P.REVENUE_REQUEST, "Draw revenue reports", "normal", ("financial",), api_client=True),
    PermissionSpec(
        P.PLAYER_TRANSACTIONS_REQUEST,
        "Draw players' transactions",
        "high",
        ("financial",),
        description="Everything single players did with money, in a file.",
    ),
    PermissionSpec(P.WITHDRAWALS_REQUEST, "Draw withdrawal reports", "normal", ("financial",), api_client=True),
    PermissionSpec(P.JOB_EXPORT, "Take the list of reports one asked for away as a file", "normal", ("internal",)),
    *parked_permissions("reports"),
    PermissionSpec(P.VIEW_SHARE, "Share saved views of lists with a role or a casino"),
)

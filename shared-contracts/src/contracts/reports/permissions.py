"""The permissions reports asks for."""

from enum import StrEnum


class ReportsPermission(StrEnum):
    """`reports.resource.action`. Each report has its own permission to be requested and fetched."""

    DEFINITION_LIST = "reports.definition.list"
    JOB_LIST = "reports.job.list"
    REVENUE_REQUEST = "reports.revenue.request"
    PLAYER_TRANSACTIONS_REQUEST = "reports.player_transactions.request"
    WITHDRAWALS_REQUEST = "reports.withdrawals.request"

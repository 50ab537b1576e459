"""The permissions reports asks for."""

from enum import StrEnum


class ReportsPermission(StrEnum):
    """`reports.resource.action`. Each report has its own permission to be requested and fetched."""

    DEFINITION_LIST = "reports.definition.list"
    """See which reports there are."""
    JOB_LIST = "reports.job.list"
    """See which reports were asked for."""
    REVENUE_REQUEST = "reports.revenue.request"
    """Ask for the revenue report and fetch its files."""
    PLAYER_TRANSACTIONS_REQUEST = "reports.player_transactions.request"
    """Ask for a player's transactions and fetch the files."""
    WITHDRAWALS_REQUEST = "reports.withdrawals.request"
    """Ask for the withdrawals with their ageing and fetch the files."""

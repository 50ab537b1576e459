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
    PARKED_LIST = "reports.parked.list"
    """See which messages were set aside, and why."""
    PARKED_VIEW = "reports.parked.view"
    """See what is in a message that was set aside, as far as its contract promises it."""
    PARKED_REPLAY = "reports.parked.replay"
    """Have a message that was set aside handled again."""
    PARKED_DISCARD = "reports.parked.discard"
    """Give a message up that was set aside."""
    VIEW_SHARE = "reports.view.share"
    """Share saved views of lists with a role or a casino, and look after those that are shared."""
    PARKED_EXPORT = "reports.parked.export"
    """Take which messages were set aside, and why, away as a file."""
    JOB_EXPORT = "reports.job.export"
    """Take the list of reports one asked for away as a file."""

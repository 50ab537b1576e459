"""Where a withdrawal can stand, in the words of payments; whoever shows one uses the same."""

from enum import StrEnum


class WithdrawalStatus(StrEnum):
    """Where a withdrawal stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    """On hold until enough people said yes."""
    APPROVED = "approved"
    """May be sent."""
    REJECTED = "rejected"
    """A person said no; the money is back."""
    CANCELLED = "cancelled"
    """The player took it back."""
    SENDING = "sending"
    """The order is about to be sent, or was, and its answer is not recorded yet."""
    UNKNOWN = "unknown"
    """The order was sent and nothing believable came back."""
    SENT = "sent"
    """The provider took the order."""
    PAID = "paid"
    """The money left."""
    FAILED = "failed"
    """The provider did not pay; the money is back."""
    RETURNED = "returned"
    """The money left, and some of it or all came back."""

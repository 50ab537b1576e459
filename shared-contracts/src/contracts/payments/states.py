"""Where deposits and withdrawals can stand, in the words of payments; whoever shows one uses the same."""

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


class RefundStatus(StrEnum):
    """Where a refund that staff ordered stands."""

    ORDERED = "ordered"
    """The money is put aside; the provider was not called."""
    SENDING = "sending"
    """The provider is about to be called, or was, and its answer is not recorded yet."""
    UNKNOWN = "unknown"
    """The provider was called and nothing believable came back."""
    PENDING = "pending"
    """The provider took the order."""
    SUCCEEDED = "succeeded"
    """The money is on its way back."""
    FAILED = "failed"
    """The provider did not refund; the player has it in his wallet."""
    RETURNED = "returned"
    """It was refunded and came back; the player has it in his wallet."""


class DepositStatus(StrEnum):
    """Where a deposit stands."""

    REQUESTED = "requested"
    """The provider is about to be asked."""
    REFUSED = "refused"
    """A limit or a restriction stopped it; the provider never heard of it."""
    REQUIRES_ACTION = "requires_action"
    """The player has something to do at the provider."""
    PROCESSING = "processing"
    """The provider works on it."""
    UNKNOWN = "unknown"
    """The provider was asked and nothing believable came back."""
    SUCCEEDED = "succeeded"
    """Settled and credited."""
    PARTIALLY_REVERSED = "partially_reversed"
    """Credited, and a part of it was taken back since."""
    REVERSED = "reversed"
    """Credited, and all of it was taken back since."""
    FAILED = "failed"
    """The provider said no, or the player must not pay in any more."""
    EXPIRED = "expired"
    """Nothing was decided in time; credited should it be settled after all."""

"""Refusals of a refund."""

from typing import ClassVar

from chassis.domain import DomainError


class RefundAlreadyOrdered(DomainError):
    """The id belongs to a refund of other facts."""

    code: ClassVar[str] = "refund_already_ordered"


class RefundExceedsDeposit(DomainError):
    """More than is left of the deposit, after what was refunded, is being refunded, or was taken back."""

    code: ClassVar[str] = "refund_exceeds_deposit"


class RefundNotCovered(DomainError):
    """The player no longer holds as much, and nobody chose that he shall owe what is missing."""

    code: ClassVar[str] = "refund_not_covered"


class RefundAlreadySent(DomainError):
    """It was sent, or has ended: nobody stops it any more."""

    code: ClassVar[str] = "refund_already_sent"


class RefundOutcomeKnown(DomainError):
    """Nobody has to find out what became of it: it was not sent, or the provider has said it."""

    code: ClassVar[str] = "outcome_known"


class UnlawfulRefundWord(DomainError):
    """The provider's word fits no legal transition: it is set aside for a person, never applied.

    `why` is the stable code of the anomaly.
    """

    code: ClassVar[str] = "refund_word_unlawful"

    def __init__(self, why: str) -> None:
        super().__init__(why.replace("_", " ").capitalize() + ".")
        self.why = why

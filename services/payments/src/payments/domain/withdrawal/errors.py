"""Refusals of a withdrawal."""

from typing import ClassVar

from chassis.domain import DomainError


class VerificationRequired(DomainError):
    """The casino's rules want the player verified before he may withdraw."""

    code: ClassVar[str] = "verification_required"


class AmountOutsidePolicy(DomainError):
    """The casino's policy does not allow as little, or as much, at once."""

    code: ClassVar[str] = "amount_outside_policy"


class DisputeOpen(DomainError):
    """A bank wants a payment of the player's back; nothing is paid out before that is decided."""

    code: ClassVar[str] = "dispute_open"


class DebtOutstanding(DomainError):
    """The player owes money of a deposit or a win that was taken back; nothing is paid out before."""

    code: ClassVar[str] = "debt_outstanding"


class DestinationDisabled(DomainError):
    """Nothing is paid to this card or account any more: it was switched off."""

    code: ClassVar[str] = "destination_disabled"


class WithdrawalAlreadyRequested(DomainError):
    """The id belongs to a withdrawal of other facts."""

    code: ClassVar[str] = "withdrawal_already_requested"


class SecondPersonRequired(DomainError):
    """Whoever approved first may not be his own second."""

    code: ClassVar[str] = "second_person_required"


class LookedAtByItself(DomainError):
    """It takes two people, who look at it by itself: nobody approves it together with others."""

    code: ClassVar[str] = "looked_at_by_itself"


class WithdrawalAlreadyDecided(DomainError):
    """It was approved, rejected or cancelled before."""

    code: ClassVar[str] = "withdrawal_already_decided"


class WithdrawalAlreadySent(DomainError):
    """The order to pay is on its way; only the provider can say now what becomes of it."""

    code: ClassVar[str] = "withdrawal_already_sent"


class PartsDiffer(DomainError):
    """The parts are more than what has to go out, or one of them is nothing, or named twice."""

    code: ClassVar[str] = "parts_differ"


class NothingToRetry(DomainError):
    """Nothing of it waits for a person: it goes by itself, was not sent yet, or has ended."""

    code: ClassVar[str] = "nothing_to_retry"


class CancellationNotAllowed(DomainError):
    """The jurisdiction does not let players take a withdrawal back."""

    code: ClassVar[str] = "cancellation_not_allowed"


class PayoutOutcomeKnown(DomainError):
    """Nobody has to find out what became of it: it was not sent, or the provider has said it."""

    code: ClassVar[str] = "outcome_known"


class UnlawfulPayoutWord(DomainError):
    """The provider's word fits no legal transition: it is set aside for a person, never applied.

    `why` is the stable code of the anomaly.
    """

    code: ClassVar[str] = "payout_word_unlawful"

    def __init__(self, why: str) -> None:
        super().__init__(why.replace("_", " ").capitalize() + ".")
        self.why = why

"""Refusals of a deposit."""

from typing import ClassVar

from chassis.domain import DomainError


class AmountOutsidePolicy(DomainError):
    """The casino does not take as little, or as much, at once."""

    code: ClassVar[str] = "amount_outside_policy"


class DepositAlreadyRequested(DomainError):
    """The id belongs to a deposit of other facts."""

    code: ClassVar[str] = "deposit_already_requested"


class DepositOutcomeKnown(DomainError):
    """Nobody has to find out what became of it: its provider was not asked, or has said it."""

    code: ClassVar[str] = "outcome_known"


class DepositNotCredited(DomainError):
    """Nothing was credited of it that could be taken back."""

    code: ClassVar[str] = "deposit_not_credited"


class UnlawfulDepositWord(DomainError):
    """The provider's word fits no legal transition: it is set aside for a person, never applied.

    `why` is the stable code of the anomaly.
    """

    code: ClassVar[str] = "deposit_word_unlawful"

    def __init__(self, why: str) -> None:
        super().__init__(why.replace("_", " ").capitalize() + ".")
        self.why = why

"""Refusals of a dispute."""

from typing import ClassVar

from chassis.domain import DomainError


class DisputeNotOpen(DomainError):
    """No answer is awaited any more: it was answered, or came to an end."""

    code: ClassVar[str] = "dispute_not_open"


class DisputeAnswerUnderway(DomainError):
    """An answer is on its way to the provider, which takes one."""

    code: ClassVar[str] = "dispute_answer_underway"


class EvidenceUnknown(DomainError):
    """No such file is kept for the dispute."""

    code: ClassVar[str] = "evidence_unknown"
    status: ClassVar[int] = 422


class UnlawfulDisputeWord(DomainError):
    """The provider's word fits no legal transition: it is set aside for a person, never applied.

    `why` is the stable code of the anomaly.
    """

    code: ClassVar[str] = "dispute_word_unlawful"

    def __init__(self, why: str) -> None:
        super().__init__(why.replace("_", " ").capitalize() + ".")
        self.why = why

"""Why something about a proposal is refused."""

from typing import Self

from chassis.domain import DomainError, NotFound


class ApprovalUnknown(NotFound):
    """There is no such proposal, or the caller may not know of it."""


class ApprovalEnded(DomainError):
    """It was executed, rejected, withdrawn, voided, or its time is over."""

    code = "approval_ended"


class ApprovalExpired(DomainError):
    """Nobody decided in time."""

    code = "approval_expired"


class AnotherPersonNeeded(DomainError):
    """Whoever proposed it, profits from it or last edited what it is about cannot approve it, nor can who gave one of
    them a new password lately, or got one from them.
    """

    code = "another_person_needed"

    @classmethod
    def default_detail(cls) -> str:
        """Who may not, and what to do."""
        return (
            "Whoever proposed this, edited it last or gains by it cannot approve it: somebody else with the permission "
            "to approve must."
        )

    @classmethod
    def not_apart(cls) -> Self:
        """One human may be behind both."""
        return cls(
            "One of you gave the other a new password, let the other in again or took factors away. Somebody else must "
            "do it, until a factor from before was proved or seven days have passed."
        )


class ApprovalOfAnother(DomainError):
    """Only the one who proposed it may do this."""

    code = "approval_of_another"


class PayloadDiffers(DomainError):
    """What was looked at is not what would be executed: look again."""

    code = "approval_payload_differs"


class SubjectChanged(DomainError):
    """What it is about changed since it was proposed: the difference that is shown is no longer true."""

    code = "approval_subject_changed"

"""Refusals of what people do about differences."""

from typing import ClassVar

from chassis.domain import DomainError


class ReconciledAlready(DomainError):
    """The line or movement is explained already."""

    code: ClassVar[str] = "reconciled_already"


class DifferenceUnbooked(DomainError):
    """What is matched by hand does not add up, and nothing says where the difference is booked."""

    code: ClassVar[str] = "difference_unbooked"


class FileAlreadySettled(DomainError):
    """The bank has settled a batch of the file, or people have booked lines of it."""

    code: ClassVar[str] = "file_already_settled"

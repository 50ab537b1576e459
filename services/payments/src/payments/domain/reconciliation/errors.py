"""Refusals of what people do about differences."""

from typing import ClassVar

from chassis.domain import DomainError


class BankAccountsUnset(DomainError):
    """Nobody has said which bank accounts are the casino's, so no bank's statement is believed."""

    code: ClassVar[str] = "bank_accounts_unset"


class ReconciledAlready(DomainError):
    """The line or movement is explained already."""

    code: ClassVar[str] = "reconciled_already"


class DifferenceUnbooked(DomainError):
    """What is matched by hand does not add up, and nothing says where the difference is booked."""

    code: ClassVar[str] = "difference_unbooked"


class FeesUndecided(DomainError):
    """The fees of the batch wait for two people, and the batch with them."""

    code: ClassVar[str] = "fees_undecided"


class SettlementFileGone(DomainError):
    """The bytes are not where files are kept any more."""

    code: ClassVar[str] = "settlement_file_gone"
    status: ClassVar[int] = 410


class FileOfAnotherFormat(DomainError):
    """The casino has brought the same bytes as another kind of file, and that did not fail."""

    code: ClassVar[str] = "file_of_another_format"


class FileAlreadySettled(DomainError):
    """The bank has settled a batch of the file, or people have booked lines of it."""

    code: ClassVar[str] = "file_already_settled"

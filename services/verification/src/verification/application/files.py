"""What a file must be to be kept: the words for it, which the inspectors of strategies/files share."""

from dataclasses import dataclass

from chassis.domain import DomainError

MOST_PIXELS = 120_000_000
"""A larger picture fills the memory of whoever opens it."""


class FileRefused(DomainError):
    """The bytes are not a file we may keep."""

    code = "file_refused"
    status = 422


class FileEmpty(FileRefused):
    """There are no bytes."""

    code = "file_empty"


class FileTooLarge(FileRefused):
    """More bytes than the setting allows."""

    code = "file_too_large"
    status = 413


class FileTypeUnknown(FileRefused):
    """The first bytes are those of no type that is accepted, whatever name or label came with them."""

    code = "file_type_unknown"
    status = 415


class FileMalformed(FileRefused):
    """It begins like one of ours and cannot be read to its end; what cannot be read cannot be made harmless."""

    code = "file_malformed"


class FileActive(FileRefused):
    """It holds something that acts when it is opened: scripts, other files, actions."""

    code = "file_active"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept: its type told from its bytes, and the bytes that are kept of it."""

    media_type: str
    content: bytes


EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
"""What a download is named after; the name the sender gave is never kept."""

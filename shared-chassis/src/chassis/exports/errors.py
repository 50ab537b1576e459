"""Why an export is refused."""

from chassis.domain import DomainError, NotFound


class ExportUnknown(NotFound):
    """There is no such export, or it is another's."""


class ExportNotReady(DomainError):
    """The file is not there yet."""

    code = "export_not_ready"


class ExportFailed(DomainError):
    """There will be no file: it could not be made."""

    code = "export_failed"


class ExportExpired(DomainError):
    """The file was removed."""

    code = "export_expired"


class ExportOutdated(DomainError):
    """What the caller may see changed since it was made: ask for it again."""

    code = "export_outdated"

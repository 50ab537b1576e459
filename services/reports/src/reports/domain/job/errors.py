"""Why something about a report job is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class JobUnknown(NotFound):
    pass


class CasinoUnknown(NotFound):
    pass


class FileUnknown(NotFound):
    pass


class JobExists(DomainError):
    code = "job_exists"


class IntervalInvalid(Invalid):
    code = "interval_invalid"


class ReportUnknown(Invalid):
    code = "report_unknown"


class ParameterInvalid(Invalid):
    code = "parameter_invalid"


class DataNotShown(DomainError):
    """Figures are of no use masked: whoever does not see the kinds of data in clear draws no report of them."""

    code = "data_not_shown"
    status = 403


class FileNotReady(DomainError):
    code = "file_not_ready"


class FileExpired(DomainError):
    """The file was deleted when its time was over; ask for the report again."""

    code = "file_expired"
    status = 410

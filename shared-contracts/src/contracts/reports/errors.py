"""The codes with which reports refuses by its own rules: report jobs and their files."""

from enum import StrEnum


class ReportsError(StrEnum):
    """Stable; see `contracts.errors`."""

    JOB_EXISTS = "job_exists"
    """There is a job with this id already."""
    INTERVAL_INVALID = "interval_invalid"
    """The last day is before the first, or the interval is longer than the report allows."""
    REPORT_UNKNOWN = "report_unknown"
    """There is no report of this name."""
    PARAMETER_INVALID = "parameter_invalid"
    """A parameter is unknown to the report, missing, or has a value that is not allowed."""
    DATA_NOT_SHOWN = "data_not_shown"
    """The report has kinds of data that the caller's roles do not show in clear at all of its casinos."""
    FILE_NOT_READY = "file_not_ready"
    """The file is not made yet, or was not asked for in this format."""
    FILE_EXPIRED = "file_expired"
    """The file was kept for its time and is gone; ask for the report again."""
    REPORT_NOT_MADE = "report_not_made"
    """The report could not be made, several times over; operations knows why."""

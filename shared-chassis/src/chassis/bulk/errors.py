"""Why something about a bulk job is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class BulkJobUnknown(NotFound):
    """There is no such job, or the caller may not know of it."""


class BulkTooManyRows(Invalid):
    """The filter leaves more rows than one job may have."""

    code = "bulk_too_many_rows"


class BulkTooManyJobs(DomainError):
    """One person froze as many jobs within an hour as nobody needs."""

    code = "bulk_too_many_jobs"
    status = 429


class BulkJobOfAnother(DomainError):
    """Only the one who froze the rows has them done."""

    code = "bulk_job_of_another"


class BulkJobStarted(DomainError):
    """It was started before."""

    code = "bulk_job_started"


class BulkJobEnded(DomainError):
    """It was done, cancelled, or its time is over."""

    code = "bulk_job_ended"


class BulkJobDiffers(DomainError):
    """The rows are not those that were frozen and approved."""

    code = "bulk_job_differs"


class BulkSeveralCasinos(DomainError):
    """It takes a second person and reaches several casinos: narrow the filter to one of them."""

    code = "bulk_several_casinos"

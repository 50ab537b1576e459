"""What reports tells the others: who asked for which numbers, and who fetched them."""

from uuid import UUID

from contracts.event import ContractEvent

JOBS = "reports.job.events"


class ReportRequested(ContractEvent, type="reports.report_requested", version=1, topic=JOBS, key="job_id"):
    """A person asked for a report."""

    job_id: UUID
    report: str
    casino_ids: tuple[UUID, ...]
    requested_by: str


class ReportCompleted(ContractEvent, type="reports.report_completed", version=1, topic=JOBS, key="job_id"):
    """The files are ready; each with its SHA-256."""

    job_id: UUID
    report: str
    rows: int
    files: dict[str, str]


class ReportFailed(ContractEvent, type="reports.report_failed", version=1, topic=JOBS, key="job_id"):
    """The report could not be made."""

    job_id: UUID
    report: str
    code: str

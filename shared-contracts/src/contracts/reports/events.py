"""What reports tells the others: who asked for which numbers, and who fetched them."""

from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import ActorRef, Code, Count, Sha256, Slug

JOBS = "reports.job.events"


class ReportRequested(
    ContractEvent, type="reports.report_requested", version=1, topic=JOBS, key="job_id", consumers=("backoffice",)
):
    """A person asked for a report."""

    job_id: UUID
    report: Slug
    casino_ids: tuple[UUID, ...]
    """The casinos whose figures it holds."""
    requested_by: ActorRef


class ReportCompleted(ContractEvent, type="reports.report_completed", version=1, topic=JOBS, key="job_id"):
    """The files are ready; each with its SHA-256."""

    job_id: UUID
    report: Slug
    rows: Count
    """Rows of figures, headings not counted."""
    files: dict[Slug, Sha256]
    """SHA-256 of each file by its format (`csv`, `xlsx`)."""


class ReportFailed(ContractEvent, type="reports.report_failed", version=1, topic=JOBS, key="job_id"):
    """The report could not be made."""

    job_id: UUID
    report: Slug
    code: Code
    """Why, as a stable error code of reports."""

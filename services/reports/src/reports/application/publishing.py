"""The private events of report jobs in the words of the contract."""

from collections.abc import Iterable
from typing import Any

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.reports import events as contract
from reports.domain.job.events import ReportCompleted, ReportFailed, ReportRequested


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """What others may know of an event."""
    job_id = recorded.stream_key
    match recorded.event:
        case ReportRequested() as event:
            yield contract.ReportRequested(
                job_id=job_id, report=event.report, casino_ids=event.casino_ids, requested_by=event.requested_by
            )
        case ReportCompleted() as event:
            files = {name: file.sha256 for name, file in event.files.items()}
            yield contract.ReportCompleted(job_id=job_id, report=event.report, rows=event.rows, files=files)
        case ReportFailed() as event:
            yield contract.ReportFailed(job_id=job_id, report=event.report, code=event.code)

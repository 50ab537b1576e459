"""The report jobs, as whoever asked for them sees them."""

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from reports.application.schema import metadata
from reports.domain.job.events import ReportCompleted, ReportFailed, ReportRequested


class JobStatus(StrEnum):
    """How far a report is."""

    REQUESTED = "requested"
    COMPLETED = "completed"
    FAILED = "failed"


table = Table(
    "rm_job_list",
    metadata,
    Column("job_id", Uuid, primary_key=True),
    Column("report", Text, nullable=False),
    Column("casino_ids", JSONB, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("formats", JSONB, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("code", Text),
    Column("rows", BigInteger),
    Column("files", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Index("ix_rm_job_list_requested_by", "requested_by", "requested_at", "job_id"),
    Index("ix_rm_job_list_expires_at", "expires_at"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The job after an event."""
    match recorded.event:
        case ReportRequested() as event:
            return {
                "job_id": recorded.stream_key,
                "report": event.report,
                "casino_ids": [str(one) for one in event.casino_ids],
                "first_day": event.first_day,
                "last_day": event.last_day,
                "formats": list(event.formats),
                "parameters": dict(event.parameters),
                "requested_by": event.requested_by,
                "requested_at": recorded.meta.occurred_at,
                "status": JobStatus.REQUESTED,
                "code": None,
                "rows": None,
                "files": {},
                "expires_at": None,
            }
        case ReportCompleted() as event if row is not None:
            files = {name: asdict(file) for name, file in event.files.items()}
            done = {"status": JobStatus.COMPLETED, "rows": event.rows, "files": files, "expires_at": event.expires_at}
            return {**row, **done}
        case ReportFailed() as event if row is not None:
            return {**row, "status": JobStatus.FAILED, "code": event.code}
    return row


job_list = ReadModel(
    "job_list", table, (ReportRequested, ReportCompleted, ReportFailed), key=lambda r: (r.stream_key,), fold=fold
)

"""What can happen to a report job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.domain import event


@event("reports.report_requested", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequested:
    """`first_day` and `last_day` are gaming days, both included."""

    report: str
    casino_ids: tuple[UUID, ...]
    first_day: date
    last_day: date
    formats: tuple[str, ...]
    parameters: Mapping[str, str]
    requested_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A finished file. `size_bytes` and `sha256` are of what a download gives."""

    path: str
    sha256: str
    size_bytes: int


@event("reports.report_completed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCompleted:
    report: str
    rows: int
    files: Mapping[str, File]
    expires_at: datetime


@event("reports.report_failed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFailed:
    report: str
    code: str


JobEvent = ReportRequested | ReportCompleted | ReportFailed
"""All of them."""

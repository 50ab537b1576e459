"""What can be asked about a report job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reports.domain.job.events import File


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    report: str
    casino_ids: tuple[UUID, ...]
    first_day: date
    last_day: date
    formats: tuple[str, ...]
    parameters: Mapping[str, str]
    requested_by: str
    longest_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteReport:
    rows: int
    files: Mapping[str, File]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailReport:
    code: str


JobCommand = RequestReport | CompleteReport | FailReport
"""All of them."""

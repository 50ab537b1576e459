"""Decides the life of a report job. It ends once: whatever comes after the end is old news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from chassis.domain import Decider
from reports.domain.job.commands import CompleteReport, FailReport, JobCommand, RequestReport
from reports.domain.job.errors import IntervalInvalid, JobExists, JobUnknown
from reports.domain.job.events import File, JobEvent, ReportCompleted, ReportFailed, ReportRequested


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """It is being made, or waits to be."""

    request: ReportRequested


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The files are there until `expires_at`."""

    request: ReportRequested
    files: Mapping[str, File]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It could not be made."""

    request: ReportRequested
    code: str


Job = Absent | Requested | Completed | Failed
"""Every state a job can be in."""


def decide(command: JobCommand, state: Job) -> Sequence[JobEvent]:
    """What happens because of a command."""
    match command:
        case RequestReport():
            return _request(command, state)
        case CompleteReport() | FailReport():
            return _end(command, state)
        case _:
            assert_never(command)


def _request(command: RequestReport, state: Job) -> Sequence[JobEvent]:
    if not isinstance(state, Absent):
        raise JobExists
    days = (command.last_day - command.first_day).days + 1
    if days < 1:
        raise IntervalInvalid("The last day is before the first.", field="to")
    if days > command.longest_days:
        raise IntervalInvalid(f"A report covers {command.longest_days} days at most.", field="to")
    return [
        ReportRequested(
            report=command.report,
            casino_ids=command.casino_ids,
            first_day=command.first_day,
            last_day=command.last_day,
            formats=command.formats,
            parameters=command.parameters,
            requested_by=command.requested_by,
        )
    ]


def _end(command: CompleteReport | FailReport, state: Job) -> Sequence[JobEvent]:
    match state:
        case Absent():
            raise JobUnknown
        case Requested(request=request):
            if isinstance(command, FailReport):
                return [ReportFailed(report=request.report, code=command.code)]
            return [
                ReportCompleted(
                    report=request.report, rows=command.rows, files=command.files, expires_at=command.expires_at
                )
            ]
        case Completed() | Failed():
            return []
        case _:
            assert_never(state)


def evolve(state: Job, event: JobEvent) -> Job:
    """The state after an event."""
    match event:
        case ReportRequested():
            return Requested(request=event)
        case ReportCompleted():
            if not isinstance(state, Requested):
                return state
            return Completed(request=state.request, files=event.files, expires_at=event.expires_at)
        case ReportFailed():
            return Failed(request=state.request, code=event.code) if isinstance(state, Requested) else state
        case _:
            assert_never(event)


job: Decider[JobCommand, Job, JobEvent] = Decider("report-job", Absent(), decide, evolve)

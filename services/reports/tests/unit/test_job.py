"""The life of a report job: asked for once, ended once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.spec import Spec
from reports.domain.job.aggregate import Completed, Failed, job
from reports.domain.job.commands import CompleteReport, FailReport, RequestReport
from reports.domain.job.errors import IntervalInvalid, JobExists, JobUnknown
from reports.domain.job.events import File, ReportCompleted, ReportFailed, ReportRequested

WHAT: dict[str, Any] = {
    "report": "revenue",
    "casino_ids": (UUID(int=1),),
    "first_day": date(2026, 6, 1),
    "last_day": date(2026, 6, 30),
    "formats": ("csv",),
    "parameters": {"group_by": "game"},
    "requested_by": "ann",
}
ASK = RequestReport(**WHAT, longest_days=30)
ASKED = ReportRequested(**WHAT)
MADE: dict[str, Any] = {
    "rows": 7,
    "files": {"csv": File(path="a/1.csv", sha256="0" * 64, size_bytes=1)},
    "expires_at": datetime(2026, 7, 2, tzinfo=UTC),
}
COMPLETE, COMPLETED = CompleteReport(**MADE), ReportCompleted(report="revenue", **MADE)
FAIL, FAILED = FailReport(code="report_not_made"), ReportFailed(report="revenue", code="report_not_made")


def test_a_report_is_asked_for_once() -> None:
    Spec(job).given().when(ASK).then(ASKED)
    Spec(job).given(ASKED).when(ASK).then_raises(JobExists)


def test_an_interval_has_a_first_and_a_last_day_and_a_longest_length() -> None:
    one_day = replace(ASK, last_day=ASK.first_day)
    Spec(job).given().when(one_day).then(replace(ASKED, last_day=ASK.first_day))
    Spec(job).given().when(replace(ASK, last_day=date(2026, 5, 31))).then_raises(IntervalInvalid)
    Spec(job).given().when(replace(ASK, last_day=date(2026, 7, 1))).then_raises(IntervalInvalid)


def test_a_job_ends_in_files_or_in_failure() -> None:
    Spec(job).given(ASKED).when(COMPLETE).then(COMPLETED)
    Spec(job).given(ASKED).when(FAIL).then(FAILED)


@pytest.mark.parametrize("end", [COMPLETED, FAILED], ids=["completed", "failed"])
@pytest.mark.parametrize("late", [COMPLETE, FAIL], ids=["completed late", "failed late"])
def test_whatever_comes_after_the_end_is_old_news(end: Any, late: Any) -> None:
    Spec(job).given(ASKED, end).when(late).then_nothing()


def test_a_job_nobody_asked_for_has_no_end() -> None:
    Spec(job).given().when(COMPLETE).then_raises(JobUnknown)
    Spec(job).given().when(FAIL).then_raises(JobUnknown)


def test_the_end_keeps_what_was_asked_for() -> None:
    assert job.fold([ASKED, COMPLETED]) == Completed(request=ASKED, files=MADE["files"], expires_at=MADE["expires_at"])
    assert job.fold([ASKED, FAILED]) == Failed(request=ASKED, code="report_not_made")

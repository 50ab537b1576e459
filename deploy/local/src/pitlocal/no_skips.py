"""A pytest plugin for CI: with CI_NO_SKIP=1 a test that is skipped has failed.

A skip is a question nobody asked. On a developer's machine that is a convenience; a green CI must not hide one.
"""

import os
from collections.abc import Generator

import pytest

VARIABLE = "CI_NO_SKIP"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001 - the hook's name for it
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Called for each phase of each test."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Called for each module and class: all of one may be skipped while it is read."""
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get(VARIABLE) == "1":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{VARIABLE}=1 lets nothing be skipped, and this was: {why}"

"""pytest plugin: how `--dist loadfile` spreads the suite over workers, so that none has long to wait for another.

Files go whole to one worker, those with most tests first, as xdist does it. What takes minutes in few tests would come
last, and everybody would wait for it: it comes first. Journeys are one piece: each starts every service and then mostly
waits, so one worker beside the others has time for all of them, and two at once would be in each other's way. What is
asked of every operation of every service goes service by service.
"""

import re
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

JOURNEYS = ("tests-e2e/journey/", "tests-e2e/simulators/", "tests-e2e/wallet/")
BY_SERVICE = ("tests-e2e/bad_input/test_bad_input_by_schemathesis.py", "tests-e2e/bad_input/test_bad_bodies.py")
LONG: tuple[str | tuple[str, ...], ...] = (
    JOURNEYS,
    BY_SERVICE,
    "services/payments/tests/integration/",
    "benchmarks/",
    "shared-chassis/tests/approvals/test_never_one_human.py",
    "shared-chassis/tests/listing/test_large_exports.py",
    "shared-chassis/tests/messaging/",
    "deploy/",
)
"""Beginnings of paths, in this order."""

_SERVICE = re.compile(r"/api/(\w+)/|\[(\w+)\]$")
"""Of a test of an operation, or of all of a service."""


class Spread(LoadFileScheduling):  # type: ignore[misc] # xdist is untyped
    """Files by what they take, as far as it is known."""

    def _split_scope(self, nodeid: str) -> str:
        return piece(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=place), last=False)
        super()._assign_work_unit(node)


def piece(nodeid: str) -> str:
    """What goes to one worker together with this test: its file, a part of it, or more than that."""
    path = nodeid.partition("::")[0]
    if path.startswith(JOURNEYS):
        return JOURNEYS[0]
    if path in BY_SERVICE and (found := _SERVICE.search(nodeid)) is not None:
        return f"{path} {found[1] or found[2]}"
    return path


def place(path: str) -> int:
    """Where in the order a file comes; among equals the one with most tests is first."""
    return next((number for number, beginning in enumerate(LONG) if path.startswith(beginning)), len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread | None:
    """Called by xdist for its first process."""
    return Spread(config, log) if config.getoption("dist") == "loadfile" else None

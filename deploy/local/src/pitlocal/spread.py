"""pytest plugin: how `--dist loadfile` spreads the suite over workers, so that none has long to wait for another.

Files go whole to one worker, those with most tests first, as xdist does it. What takes minutes in few tests would come
last, and everybody would wait for it: it comes first. Journeys are one piece: each starts every service and then mostly
waits, so one worker beside the others has time for all of them, and two at once would be in each other's way.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

JOURNEYS = ("tests-e2e/journey/", "tests-e2e/simulators/", "tests-e2e/wallet/")
LONG = (
    "tests-e2e/bad_input/test_bad_input_by_schemathesis.py",
    "services/payments/tests/integration/",
    "shared-chassis/tests/approvals/test_never_one_human.py",
    "shared-chassis/tests/listing/test_large_exports.py",
    "shared-chassis/tests/messaging/",
    "deploy/",
)
"""Beginnings of paths, in this order, after the journeys."""


class Spread(LoadFileScheduling):  # type: ignore[misc] # xdist is untyped
    """Files by what they take, as far as it is known."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS[0] if nodeid.startswith(JOURNEYS) else str(super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=place), last=False)
        super()._assign_work_unit(node)


def place(path: str) -> int:
    """Where in the order a file comes; among equals the one with most tests is first."""
    order: list[str | tuple[str, ...]] = [JOURNEYS, *LONG]
    return next((number for number, beginning in enumerate(order) if path.startswith(beginning)), len(order))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread | None:
    """Called by xdist for its first process."""
    return Spread(config, log) if config.getoption("dist") == "loadfile" else None

"""Partners' programs read by signed requests what their roles allow."""

from uuid import uuid4

import pytest

from chassis.runtime import Service
from chassis.testing.programs import assert_signed_requests, listed
from contracts.reports.permissions import ReportsPermission as P

PATH = "/api/reports/v1/jobs"


@pytest.mark.usefixtures("client")
async def test_signed_requests_come_in_once_and_unaltered(service: Service) -> None:
    await assert_signed_requests(service, PATH, P.JOB_LIST)
    assert await listed(service, PATH, P.JOB_LIST, uuid4()) == []

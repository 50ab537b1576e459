"""Partners' programs read by signed requests what their roles allow."""

from uuid import uuid4

from chassis.testing.programs import assert_signed_requests, listed
from contracts.verification.permissions import VerificationPermission as P

from .world import World

PATH = "/api/verification/v1/cases"


async def test_signed_requests_come_in_once_and_unaltered(world: World) -> None:
    await assert_signed_requests(world.service, PATH, P.CASE_LIST)
    assert await listed(world.service, PATH, P.CASE_LIST, uuid4()) == []

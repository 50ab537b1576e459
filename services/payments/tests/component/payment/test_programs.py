"""Partners' programs read by signed requests what their roles allow."""

from uuid import uuid4

from chassis.testing.programs import assert_signed_requests, listed
from contracts.payments.permissions import PaymentsPermission as P

from .world import V1, World

SINCE = "created_at=gte.2000-01-01"


async def test_signed_requests_come_in_once_and_unaltered(world: World) -> None:
    await assert_signed_requests(world.service, f"{V1}/deposits?{SINCE}", P.DEPOSIT_LIST)
    await assert_signed_requests(world.service, f"{V1}/withdrawals?{SINCE}", P.WITHDRAWAL_LIST)


async def test_a_program_sees_its_own_casinos_alone(world: World) -> None:
    await world.deposit()
    seen = await listed(world.service, f"{V1}/deposits?{SINCE}", P.DEPOSIT_LIST, world.casino)
    assert {one["casino_id"] for one in seen} == {str(world.casino)}
    assert await listed(world.service, f"{V1}/deposits?{SINCE}", P.DEPOSIT_LIST, uuid4()) == []

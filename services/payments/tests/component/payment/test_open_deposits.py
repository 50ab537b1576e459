"""How many deposits a player may have whose end is not known."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.domain import uuid7
from chassis.testing.postgres import count_statements
from payments.application.deposit_room import MOST_OPEN, MOST_REFUSED, REFUSED_IN, too_many
from payments.application.deposits import give_up
from payments.application.errors import TooManyOpenDeposits
from payments.domain.deposit.commands import ExpireDeposit, StopDeposit

from .test_deposits import limit
from .world import World


@pytest.fixture
async def waiting(world: World) -> World:
    """The player began as many deposits as he may, and went away."""
    for _ in range(MOST_OPEN):
        await world.request_deposit()
    return world


def answered(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_who_has_many_open_begins_no_other_and_nothing_is_kept_of_it(waiting: World) -> None:
    before = await waiting.rows("SELECT count(*) AS n FROM event")
    assert answered(await waiting.deposit()) == (409, "too_many_open_deposits")
    assert await waiting.rows("SELECT count(*) AS n FROM event") == before


async def test_how_many_there_are_is_asked_in_one_statement(waiting: World) -> None:
    async with waiting.service.db.read() as connection:
        with count_statements(waiting.service.db) as sent:
            crowded = await too_many(waiting.desk, connection, waiting.player, waiting.clock.now())
    assert (crowded, len(sent.sent)) == (TooManyOpenDeposits, 1)
    other = uuid4()
    async with waiting.service.db.read() as connection:
        with count_statements(waiting.service.db) as sent:
            crowded = await too_many(waiting.desk, connection, other, waiting.clock.now())
    assert (crowded, len(sent.sent)) == (None, 1)


async def test_it_is_about_him_alone(waiting: World) -> None:
    waiting.player = uuid4()
    await waiting.register()
    assert (await waiting.deposit()).status_code == 201


async def test_what_has_succeeded_makes_room(world: World) -> None:
    paid = (await world.deposit()).json()["deposit_id"]
    for _ in range(MOST_OPEN - 1):
        await world.request_deposit()
    assert answered(await world.deposit()) == (409, "too_many_open_deposits")
    await world.webhook("payment_intent.succeeded", world.stripe.settle(paid))
    assert [(await world.deposit()).status_code for _ in range(2)] == [201, 409]


async def test_who_was_refused_often_waits_and_nothing_is_kept_of_it(world: World) -> None:
    await world.tell(limit(world, 100_00))
    asked = [await world.deposit(amount_minor=100_01, deposit_id=str(uuid7())) for _ in range(MOST_REFUSED)]
    assert {answered(one) for one in asked} == {(409, "deposit_limit_reached")}
    before = await world.rows("SELECT count(*) AS n FROM event")
    assert answered(await world.deposit()) == (409, "too_many_refused_deposits")
    assert await world.rows("SELECT count(*) AS n FROM event") == before
    world.clock.advance(REFUSED_IN + timedelta(seconds=1))
    await world.beat()
    assert (await world.deposit()).status_code == 201


@pytest.mark.parametrize(
    "ends",
    [pytest.param(ExpireDeposit(), id="expired"), pytest.param(StopDeposit(code="fraud_declined"), id="failed")],
)
async def test_what_has_expired_or_failed_makes_room(waiting: World, ends: ExpireDeposit | StopDeposit) -> None:
    desk = waiting.desk
    async with waiting.service.db.read() as connection:
        one, *_ = await desk.directory.undecided_deposits(connection, waiting.player)
    await desk.app.transact(lambda uow: give_up(desk, uow, one, ends), desk.ours("test", waiting.casino))
    assert [(await waiting.deposit()).status_code for _ in range(2)] == [201, 409]

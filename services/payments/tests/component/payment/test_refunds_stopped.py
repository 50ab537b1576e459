"""Refunds that people stop before they are sent."""

from typing import Any
from uuid import uuid4

from .test_partner_addresses import point_elsewhere
from .test_refunds import listed, refund
from .test_taken_back import books_hold, paid_in
from .world import World


async def reject(world: World, refund_id: Any, **other: Any) -> Any:
    as_ = other.pop("as_", None) or proved(world)
    return await world.post(f"/refunds/{refund_id}/reject", {"reason": "their desk is closed"}, as_=as_, **other)


def proved(world: World, *permissions: str, **claims: Any) -> dict[str, str]:
    """A member of staff who has just proved who he is."""
    return world.staff(uuid4(), *permissions, **claims)


async def held(world: World) -> tuple[str, str | None]:
    (row,) = await listed(world)
    return row["status"], row["held_by"]


async def test_a_refund_that_waits_until_its_provider_may_be_called_can_be_stopped(world: World) -> None:
    intent = await paid_in(world)
    refund_id = await refund(world, intent)
    await point_elsewhere(world)
    await world.pass_time(hours=30)
    assert await held(world) == ("ordered", "provider_off")
    assert (await reject(world, refund_id, as_=proved(world, casino=uuid4()))).status_code == 404
    assert (await reject(world, refund_id, as_=proved(world, "payments.refund.create"))).status_code == 403
    for _ in range(2):
        stopped = await reject(world, refund_id)
        assert (stopped.status_code, stopped.json()["status"], stopped.json()["code"]) == (200, "failed", "rejected")
    assert (stopped.json()["held_by"], await world.balance()) == (None, (50_00, 0))
    await point_elsewhere(world, "https://api.stripe.com")
    await world.pass_time(hours=1)
    assert world.stripe.refunds == {}
    assert await world.transfers() == [("deposit", 50_00), ("refund_hold", 30_00), ("refund_release", 30_00)]
    await books_hold(world)


async def test_what_was_sent_is_not_stopped(world: World) -> None:
    refund_id = await refund(world, await paid_in(world))
    world.stripe.lost = 1
    await world.run_tasks()
    answer = await reject(world, refund_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "refund_already_sent")

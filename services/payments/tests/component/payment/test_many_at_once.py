"""I3, under many hands: one player from many places and many players at once, then the books are read as a whole."""

from asyncio import gather
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from chassis.testing.commands import run_command

from .world import World

DEPOSIT = {"provider": "stripe", "amount_minor": 50_00, "currency": "EUR", "return_url": "https://casino.example/back"}
WITHDRAWAL = {"provider": "trustly", "amount_minor": 40_00, "currency": "EUR"}


async def test_many_writers_for_one_player_and_many_spend_no_cent_twice(world: World) -> None:
    crowd = [world.player] * 4 + [uuid4() for _ in range(3)]
    for player in set(crowd) - {world.player}:
        await world.register(player)
    paid, held = Counter[UUID](), Counter[UUID]()

    async def pay_in_and_out(player: UUID) -> None:
        asked = await gather(*(world.post("/deposits", DEPOSIT, as_=world.himself(player)) for _ in range(2)))
        ids = [one.json()["deposit_id"] for one in asked if one.status_code == 201]
        paid[player] += 50_00 * len(ids)
        to = {"account_id": str(player.int)[:12]}
        told: list[Any] = [
            world.webhook("payment_intent.succeeded", world.stripe.settle(one), event_id=f"evt_{one}_{n % 2}")
            for one in ids
            for n in range(3)
        ]
        wanted = [
            world.post("/withdrawals", {**WITHDRAWAL, "destination": to}, as_=world.himself(player)) for _ in range(3)
        ]
        answers = await gather(*told, *wanted)
        held[player] += 40_00 * sum(one.status_code == 201 for one in answers[len(told) :])

    await gather(*(pay_in_and_out(player) for player in crowd))
    await gather(*(world.run_tasks() for _ in range(3)))
    for world.player in set(crowd):
        expected = (paid[world.player] - held[world.player], held[world.player])
        assert await world.balance() == expected
    assert sum(paid.values()) >= 50_00 * len(set(crowd))
    verified = await run_command("payments", world.service.settings, "verify")
    assert verified.status == 0, verified.out

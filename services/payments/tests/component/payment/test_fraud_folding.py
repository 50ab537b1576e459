"""What a player does is added up while he plays: a payment reads what came since, and knows the same as without."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from payments.application.fraud.folding import Folding

from .test_fraud import asks, decisions, paid
from .test_fraud_signals import bets
from .world import World

OF_PLAY = ("staked_minor", "wagered", "deposited", "minutes_to_first_bet")
LEFT = """
    SELECT count(*) AS left FROM transfer AS t LEFT JOIN fraud_play AS p USING (casino_id, player_id, currency)
    WHERE t.player_id = $1 AND t.seq > coalesce(p.last_seq, 0)"""


async def left(world: World) -> int:
    """Entries of the player that a payment would have to read."""
    return int((await world.rows(LEFT, world.player))[0]["left"])


async def lives(world: World) -> None:
    """Pays in, plays, is out of money, pays in again and plays with it some minutes later."""
    await paid(world, 50_00)
    await bets(world, 20_00)
    await bets(world, 30_00)
    await paid(world, 40_00)
    world.clock.advance(timedelta(minutes=7))
    await world.beat()
    for _ in range(5):
        await bets(world, 1_00)


async def judged_by(world: World) -> dict[str, Any]:
    await asks(world, 10_00)
    features = (await decisions(world))[-1]["features"]
    return {name: value for name, value in features.items() if name.startswith(OF_PLAY)}


async def test_a_payment_after_it_reads_little_and_knows_the_same(world: World) -> None:
    await lives(world)
    folding = Folding(world.desk, at_once=2)
    await folding.look()
    assert await left(world) == 0, "in steps of two, until nothing is left"
    await bets(world, 1_00)
    assert await left(world) == 1
    folded = await judged_by(world)
    world.player = uuid4()
    await world.register()
    await lives(world)
    await bets(world, 1_00)
    assert await left(world) == 7, "what came since he paid in last"
    assert folded == await judged_by(world)
    assert (folded["wagered_minor"], folded["wagered_since_empty_minor"]) == (56_00, 6_00)
    assert (folded["deposited_since_empty_minor"], folded["minutes_to_first_bet"]) == (40_00, 7)
    assert folded["staked_minor:player:1h"] == 56_00


async def test_the_next_look_goes_on_where_the_last_one_ended(world: World) -> None:
    await lives(world)
    folding = Folding(world.desk)
    await folding.look()
    world.clock.advance(timedelta(hours=5))
    await bets(world, 1_00)
    await folding.look()
    assert await left(world) == 0


async def test_processes_that_fold_while_he_plays_and_pays_count_each_entry_once(world: World) -> None:
    await paid(world, 50_00)
    folds = [Folding(world.desk, at_once=3) for _ in range(3)]
    for _ in range(4):
        await asyncio.gather(*(one.look() for one in folds), *(bets(world, 1_00) for _ in range(3)), asks(world, 10_00))
    found = await judged_by(world)
    assert (found["wagered_minor"], found["staked_minor:player:24h"]) == (12_00, 12_00)
    assert found["deposited_since_empty_minor"] == 50_00

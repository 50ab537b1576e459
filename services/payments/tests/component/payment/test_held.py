"""While an event about a player is set aside, nobody knows what he may do: he neither bets nor pays in."""

from asyncio import gather
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from chassis.messaging import discard_parked, list_parked, replay_parked
from chassis.testing.problems import problem
from contracts.backoffice.events import PlayerBlocked, PlayerUnblocked, SelfExclusionStarted
from contracts.payments.wallet import transfer_id
from contracts.verification.events import HitDecided
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Code, GameMove, GameMoveKind

from .world import World


def exclusion(world: World, player: Any = None) -> SelfExclusionStarted:
    return SelfExclusionStarted(player_id=player or world.player, casino_id=world.casino, started_at=world.clock.now())


async def play(world: World, kind: GameMoveKind, of: GameMove | None = None) -> tuple[GameMove, Code]:
    """Stake or win 1.00."""
    key, transaction = WalletKey(world.casino, world.player, "EUR"), uuid4().hex
    move = GameMove(
        id=transfer_id("hub88", world.casino, transaction, kind),
        kind=kind,
        wallet=key,
        amount_minor=1_00,
        fingerprint=7,
        reference_id=of.id if of else None,
        requires_reference=False,
        supplier="hub88",
        supplier_tx=transaction,
        game_code="dragon",
        round_ref="round-1",
        round_closed=False,
        session_id=None,
    )
    (answer,) = await world.desk.ledger.move([move])
    return move, answer.code


async def bet(world: World) -> Code:
    return (await play(world, GameMoveKind.BET))[1]


async def parked_of(world: World) -> list[int]:
    return [one.id for one in await list_parked(world.service.db, "payments")]


async def test_behind_an_exclusion_that_cannot_be_read_nobody_bets_or_pays_in_but_money_goes_out(world: World) -> None:
    await world.give(500_00)
    before, _ = await play(world, GameMoveKind.BET)
    await world.tell_as(99, exclusion(world))
    await world.tell(exclusion(world))
    await world.beat()
    problem(await world.deposit(), 409, "deposit_not_possible")
    assert await bet(world) == Code.BLOCKED
    assert (await play(world, GameMoveKind.WIN, before))[1] == Code.CREATED
    assert (await play(world, GameMoveKind.ROLLBACK, before))[1] == Code.CREATED
    assert (await world.withdraw()).status_code == 201
    assert world.stripe.calls == []


async def test_another_player_is_not_held(world: World) -> None:
    await world.tell_as(99, exclusion(world, uuid4()))
    assert (await world.deposit()).status_code == 201


@pytest.mark.parametrize("topic", ["players", "cases"])
async def test_what_is_given_up_sets_the_player_free_and_what_is_replayed_only_when_it_was_the_last(
    world: World, topic: str
) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    broken: Any = (
        PlayerUnblocked(**whose) if topic == "players" else HitDecided(**whose, hit_id=uuid4(), decision="clear")
    )
    behind: Any = (
        PlayerBlocked(**whose) if topic == "players" else HitDecided(**whose, hit_id=uuid4(), decision="confirm")
    )
    await world.tell_as(99, broken)
    await world.tell(behind)
    problem(await world.deposit(), 409, "deposit_not_possible")
    first, _ = await parked_of(world)
    consumer = world.service.consumer
    assert consumer is not None
    await discard_parked(world.desk.app, consumer, [first])
    problem(await world.deposit(), 409, "deposit_not_possible")
    await replay_parked(world.desk.app, consumer)
    problem(await world.deposit(), 409, "account_blocked" if topic == "players" else "deposit_not_possible")


async def test_a_player_is_free_again_when_nothing_waits_any_more(world: World) -> None:
    await world.give()
    await world.tell_as(99, exclusion(world))
    consumer = world.service.consumer
    assert consumer is not None
    await replay_parked(world.desk.app, consumer)
    assert await bet(world) == Code.BLOCKED, "this build cannot read it either"
    await discard_parked(world.desk.app, consumer, await parked_of(world))
    assert await bet(world) == Code.CREATED
    assert (await world.deposit()).status_code == 201


async def test_a_review_that_comes_at_the_same_time_does_not_set_a_held_player_free(world: World) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    hits = [HitDecided(**whose, hit_id=uuid4(), decision="clear") for _ in range(6)]
    await gather(world.tell_as(99, exclusion(world)), *(world.tell(hit) for hit in hits))
    flags = await world.rows("SELECT DISTINCT bets_blocked FROM account WHERE player_id = $1", world.player)
    assert flags == [{"bets_blocked": True}]


async def test_deposits_that_come_while_it_is_set_aside_are_before_or_after_it(world: World) -> None:
    answers, _ = await gather(gather(*(world.deposit(1_00) for _ in range(6))), world.tell_as(99, exclusion(world)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    problem(await world.deposit(), 409, "deposit_not_possible")


@pytest.mark.parametrize("attempt", range(4))
async def test_a_player_who_registers_while_something_about_him_is_set_aside_begins_held(
    bare_world: World, attempt: int
) -> None:
    await bare_world.open_casino()
    whose: dict[str, Any] = {"player_id": bare_world.player, "casino_id": bare_world.casino}
    hit = HitDecided(**whose, hit_id=uuid4(), decision="confirm")
    news = [bare_world.register(), bare_world.tell_as(99, hit)]
    await gather(*(news if attempt % 2 else reversed(news)))
    flags = await bare_world.rows("SELECT DISTINCT bets_blocked FROM account WHERE player_id = $1", bare_world.player)
    assert flags == [{"bets_blocked": True}]


async def test_an_event_that_fails_while_restrictions_are_worked_out_is_set_aside_all_the_same(world: World) -> None:
    await world.give()
    async with world.service.db.write() as connection:
        await connection.exec_driver_sql("UPDATE rm_casino_rules SET time_zone = 'Nowhere/At_All'")
    await world.tell(exclusion(world).model_copy(update={"until": date(2099, 1, 1)}))
    assert len(await parked_of(world)) == 1
    assert await bet(world) == Code.BLOCKED
